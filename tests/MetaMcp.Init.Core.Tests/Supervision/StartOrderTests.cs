using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Services;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class StartOrderTests
{
    [Fact]
    public void Independent_services_start_at_once_and_then_it_is_up()
    {
        var world = new World(Daemon("a"), Daemon("b"));
        world.Program("a").SpawnAnswer = SpawnAnswer.WhenTold;
        world.Begin().Tells("start a", "start b", "b ready");
        world.AnswersSpawn("a").Tells("a ready", "up");
        Assert.IsType<Phase.Running>(world.Phase);
        Assert.True(world.Sleeps);
    }

    [Fact]
    public void A_dependent_starts_when_its_daemon_is_ready_and_not_when_it_is_started()
    {
        var world = new World(Daemon("db").Probed(), Daemon("app").Needs("db"));
        world.Program("db").Probe = ProbeBehaviour.Hangs;
        world.Begin().Tells("start db", "probe db");
        world.ProbeEnds("db", 0).Tells("db ready", "start app", "app ready", "up");
    }

    [Fact]
    public void A_dependent_starts_when_its_oneshot_has_succeeded()
    {
        var world = new World(Oneshot("migrate"), Daemon("app").Needs("migrate"));
        world.Begin().Tells("start migrate");
        world.Exits("migrate", 0).Tells("migrate exit code 0", "migrate completed", "start app", "app ready", "up");
    }

    [Fact]
    public void All_of_several_dependencies_are_waited_for()
    {
        var world = new World(Daemon("app").Needs("db", "cache"), Daemon("db").ReadyBy(ReadyRule.NotifyFd), Oneshot("cache"));
        world.Begin().Tells("start db", "start cache");
        world.Exits("cache", 0).Tells("cache exit code 0", "cache completed");
        world.Notifies("db").Tells("db ready", "start app", "app ready", "up");
    }

    [Fact]
    public void A_service_that_only_comes_after_another_starts_although_the_other_failed()
    {
        var world = new World(Oneshot("warm").Policy(RestartPolicy.Never), Daemon("app").ComesAfter("warm"));
        world.Begin().Tells("start warm");
        world.Exits("warm", 3).Tells("warm exit code 3", "warm failed: exit code 3", "start app", "app ready", "degraded without warm");
    }

    [Fact]
    public void A_service_that_only_comes_after_another_waits_through_a_restart()
    {
        var world = new World(Daemon("db").Probed(), Daemon("app").ComesAfter("db"));
        world.Program("db").Probe = ProbeBehaviour.Hangs;
        world.Begin().Exits("db", 1).Forget().Pass("1s").Tells("start db", "probe db");
        world.ProbeEnds("db", 0).Tells("db ready", "start app", "app ready", "up");
    }

    [Fact]
    public void A_service_that_only_comes_after_another_starts_although_the_other_was_skipped()
    {
        var world = new World(Oneshot("a").Policy(RestartPolicy.Never), Daemon("b").Needs("a"), Daemon("c").ComesAfter("b"));
        world.Program("a").ExitsAtOnce = 1;
        world.Begin().Tells(
            "start a", "a exit code 1", "a failed: exit code 1", "b skipped: a", "start c", "c ready", "degraded without a, b");
    }

    [Fact]
    public void One_named_by_both_keys_is_waited_for_once()
    {
        var world = new World(Daemon("db"), Daemon("app").Needs("db").ComesAfter("db"));
        world.Begin().Tells("start db", "db ready", "start app", "app ready", "up");
    }

    [Fact]
    public void A_chain_of_failures_names_the_link_before_and_keeps_the_code_of_the_first()
    {
        var world = new World(
            Oneshot("a").Policy(RestartPolicy.Never), Daemon("b").Needs("a"), Daemon("c").Needs("b"), Daemon("d"));
        world.Begin().Exits("a", 42).Tells(
            "start a", "start d", "d ready", "a exit code 42", "a failed: exit code 42", "b skipped: a", "c skipped: b",
            "degraded without a, b, c");
        Assert.Equal(new ServiceState.Skipped(1, 42), world.StateOf("c"));
    }

    [Fact]
    public void A_dependent_of_two_failures_is_skipped_once()
    {
        var world = new World(
            Oneshot("a").Policy(RestartPolicy.Never), Oneshot("b").Policy(RestartPolicy.Never), Daemon("c").Needs("a", "b"),
            Daemon("d"));
        world.Begin().Exits("a", 1).Exits("b", 2).Tells(
            "start a", "start b", "start d", "d ready", "a exit code 1", "a failed: exit code 1", "c skipped: a", "b exit code 2",
                "b failed: exit code 2",
            "degraded without a, b, c");
    }

    [Fact]
    public void A_daemon_that_finished_satisfies_no_dependent()
    {
        var world = new World(Daemon("a"), Oneshot("slow"), Daemon("b").Needs("a", "slow"));
        world.Begin().Exits("a", 0).Tells(
            "start a", "start slow", "a ready", "a exit code 0", "a finished", "b skipped: a");
        world.Exits("slow", 0).TellsAmongOthers("degraded without b");
    }

    [Fact]
    public void A_dependency_that_restarts_holds_back_those_not_yet_started_and_leaves_the_others_alone()
    {
        var world = new World(Daemon("db"), Oneshot("slow"), Daemon("early").Needs("db"), Daemon("late").Needs("db", "slow"));
        world.Begin().Tells("start db", "start slow", "db ready", "start early", "early ready");
        world.Exits("db", 1).Tells("db exit code 1", "db again in 1s: exit code 1");
        world.Exits("slow", 0).Tells("slow exit code 0", "slow completed");
        world.Pass("1s").Tells("start db", "db ready", "start late", "late ready", "up");
    }

    [Fact]
    public void The_order_of_the_file_does_not_matter()
    {
        var world = new World(Daemon("c").Needs("b"), Daemon("b").Needs("a"), Daemon("a"));
        world.Begin().Tells("start a", "a ready", "start b", "b ready", "start c", "c ready", "up");
    }

    [Fact]
    public void A_file_of_text_runs_as_well()
    {
        var plan = Plan.Of(ConfigReader.Read("f.toml", """
            [service.a]
            command = ["/bin/a"]
            probe = { tcp = "127.0.0.1:80" }
            [service.b]
            type = "oneshot"
            command = ["/bin/b"]
            depends_on = ["a"]
            """u8.ToArray())).Plan;
        var world = new World(plan!.Settings);
        world.Program("b").ExitsAtOnce = 0;
        world.Begin().Tells("start a", "probe a", "a ready", "start b", "b exit code 0", "b completed", "up");
    }
}
