using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>Caps that the kernel does not enforce.</summary>
public sealed class LimitTests
{
    private const long MiB = 1 << 20;

    private static readonly ServiceSettings Capped =
        Daemon("a") with { Limits = new CgroupLimits { MemoryMax = new ByteSize(100 * MiB), TasksMax = 64 } };

    [Fact]
    public void Without_a_cap_there_is_no_look()
    {
        var world = Running(File(Daemon("a"), Daemon("b")));
        Assert.True(world.Sleeps);
        Assert.Empty(world.Pass("1h").Measured);
    }

    [Fact]
    public void Limits_that_the_kernel_enforces_are_not_sampled() => Assert.True(Running(File(Capped), Controllers.None).Sleeps);

    [Fact]
    public void While_a_service_with_a_cap_runs_it_is_looked_at_twice_a_second()
    {
        var world = Running(File(Capped)).Pass("2s");
        Assert.Equal([(Span("500ms"), false), (Span("1s"), false), (Span("1500ms"), false), (Span("2s"), false)], world.Measured);
    }

    [Fact]
    public void While_the_service_does_not_run_there_is_no_look()
    {
        var world = Running(File(Capped.Policy(RestartPolicy.Never), Daemon("b")));
        world.Exits("a", 1).Pass("10s");
        Assert.Empty(world.Measured);
        Assert.True(world.Sleeps);
    }

    [Fact]
    public void A_service_over_its_memory_is_ended_at_the_next_look_and_started_again()
    {
        var world = Running(File(Capped));
        world.Program("a").Memory = 101 * MiB;
        world.Pass("499ms").Tells();
        world.Pass("1ms").Tells(
            "a ended: over its memory_max of 100MiB, with 101.0MiB", "SIGTERM a", "a killed by SIGTERM",
            "a again in 1s: over its memory_max of 100MiB, with 101.0MiB");
        world.Pass("1s").Tells("start a", "a ready");
        world.Pass("500ms").TellsAmongOthers("a again in 2s: over its memory_max of 100MiB, with 101.0MiB");
    }

    [Fact]
    public void The_status_of_one_that_was_ended_names_the_limit_until_the_next_end()
    {
        var world = Running(File(Capped.StopTimeout("2s")));
        world.Program("a").Memory = 101 * MiB;
        world.Program("a").Ignores(Signal.Term);
        world.Pass("10s");
        Assert.Contains(
            ", last killed by SIGKILL, over its memory_max of 100MiB, with 101.0MiB", world.StatusOf("a"), StringComparison.Ordinal);
        world.Program("a").Memory = 10 * MiB;
        world.Pass("1m").Exits("a", 3);
        Assert.DoesNotContain("over its memory_max", world.StatusOf("a"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_failed_for_a_limit_names_it_once()
    {
        var world = Running(File(Capped.Policy(RestartPolicy.Never), Daemon("b")));
        world.Program("a").Memory = 101 * MiB;
        Assert.EndsWith(
            ", last killed by SIGTERM: over its memory_max of 100MiB, with 101.0MiB", world.Pass("500ms").StatusOf("a"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_memory_of_a_rough_look_is_shown_as_about_that_and_of_a_close_one_as_it_is()
    {
        var world = Running(File(Capped, Daemon("b") with { Limits = new CgroupLimits { MemoryMax = new ByteSize(1000 * MiB) } }) with
        {
            Limits = new LimitSettings { Memory = new ByteSize(300 * MiB) },
        });
        (world.Program("b").Memory, world.Program("b").Resident) = (100 * MiB, 200 * MiB);
        world.Pass("500ms");
        Assert.Contains(", memory about 200.0MiB", world.StatusOf("b"), StringComparison.Ordinal);
        // Now all together come near their cap, and all are looked at closely.
        world.Program("a").Resident = 50 * MiB;
        world.Pass("500ms");
        Assert.Contains(", memory 100.0MiB", world.StatusOf("b"), StringComparison.Ordinal);
        world.Pass("4s");
        Assert.Contains(", memory 100.0MiB", world.StatusOf("b"), StringComparison.Ordinal);
        (world.Program("b").Memory, world.Program("b").Resident) = (40 * MiB, 80 * MiB);
        world.Pass("500ms");
        Assert.Contains(", memory about 80.0MiB", world.StatusOf("b"), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_process_there_is_no_memory_to_show()
    {
        var world = new World(File(Oneshot("a") with { Limits = Capped.Limits }, Daemon("b")), Controllers.All);
        world.Program("a").Memory = 50 * MiB;
        world.Begin().Pass("1s");
        Assert.Contains(", memory about 50.0MiB", world.StatusOf("a"), StringComparison.Ordinal);
        world.Exits("a", 0);
        Assert.StartsWith("completed for ", world.StatusOf("a"), StringComparison.Ordinal);
        Assert.DoesNotContain("memory", world.StatusOf("a"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_at_its_cap_is_within_it()
    {
        var world = Running(File(Capped));
        (world.Program("a").Memory, world.Program("a").Tasks) = (100 * MiB, 64);
        world.Pass("1m").Tells("a: number of tasks critical: 64 of 64, 100 %", "a memory Critical: 100MiB of 100MiB");
    }

    [Fact]
    public void One_with_more_tasks_than_it_may_have_is_ended()
    {
        var world = Running(File(Capped));
        world.Program("a").Tasks = 80;
        world.Pass("500ms").TellsAmongOthers("a ended: over its tasks_max of 64, with 80 tasks", "SIGTERM a");
    }

    [Fact]
    public void Only_near_its_cap_is_it_looked_at_closely()
    {
        var world = Running(File(Capped));
        world.Program("a").Memory = 74 * MiB;
        Assert.DoesNotContain(world.Pass("10s").Measured, l => l.Closely);
        world.Program("a").Memory = 76 * MiB;
        Assert.Contains(world.Pass("500ms").Measured, l => l.Closely);
    }

    [Fact]
    public void Shared_memory_that_does_not_grow_is_looked_at_closely_now_and_then()
    {
        var world = Running(File(Capped));
        (world.Program("a").Memory, world.Program("a").Resident) = (60 * MiB, 150 * MiB);
        Assert.InRange(world.Pass("1m").Measured.Count(l => l.Closely), 9, 13);
        world.Tells();
    }

    [Fact]
    public void Growth_past_a_cap_since_a_close_look_is_found_at_the_next()
    {
        var world = Running(File(Capped));
        (world.Program("a").Memory, world.Program("a").Resident) = (60 * MiB, 150 * MiB);
        world.Pass("700ms");
        (world.Program("a").Memory, world.Program("a").Resident) = (101 * MiB, 191 * MiB);
        world.Pass("300ms").TellsAmongOthers("a ended: over its memory_max of 100MiB, with 101.0MiB");
    }

    [Fact]
    public void Growth_after_shared_memory_went_away_is_found_at_the_next_look()
    {
        var world = Running(File(Capped));
        (world.Program("a").Memory, world.Program("a").Resident) = (60 * MiB, 150 * MiB);
        world.Pass("700ms");
        (world.Program("a").Memory, world.Program("a").Resident) = (60 * MiB, 70 * MiB);
        world.Pass("500ms");
        (world.Program("a").Memory, world.Program("a").Resident) = (101 * MiB, 111 * MiB);
        world.Pass("500ms").TellsAmongOthers("a ended: over its memory_max of 100MiB, with 101.0MiB");
    }

    [Fact]
    public void One_that_ran_long_before_it_went_over_its_cap_starts_with_a_clean_slate()
    {
        var world = Running(File(Capped));
        world.Program("a").Memory = 101 * MiB;
        world.Pass("500ms").TellsAmongOthers("a again in 1s: over its memory_max of 100MiB, with 101.0MiB");
        world.Program("a").Memory = 10 * MiB;
        world.Pass("1h").Forget();
        world.Program("a").Memory = 101 * MiB;
        world.Pass("500ms").TellsAmongOthers("a again in 1s: over its memory_max of 100MiB, with 101.0MiB");
    }

    [Fact]
    public void The_second_stage_does_not_count()
    {
        var world = new World(File(Capped), Controllers.All);
        world.Program("a").HoldsExec = true;
        world.Program("a").Tasks = 80;
        world.Begin().Pass("10s").NeverTold("SIGTERM a");
        Assert.Empty(world.Measured);
        world.Executes("a").Pass("500ms").TellsAmongOthers("SIGTERM a");
    }

    [Fact]
    public void One_that_is_on_its_way_out_is_not_ended_again()
    {
        var world = Running(File(Capped.StopTimeout("5s"), Daemon("b")));
        world.Program("a").Ignores(Signal.Term);
        world.Program("a").Memory = 101 * MiB;
        world.Pass("4s").Tells("a ended: over its memory_max of 100MiB, with 101.0MiB", "SIGTERM a");
        world.Pass("2s").TellsAmongOthers("SIGKILL group of a", "a again in 1s: over its memory_max of 100MiB, with 101.0MiB");
    }

    [Fact]
    public void A_start_that_goes_over_its_cap_is_a_start_that_failed()
    {
        var world = new World(
            File(Capped.Probed() with { StartTimeout = Span("1h") }) with { Startup = new StartupSettings { Retries = 0 } },
            Controllers.All);
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        world.Program("a").Memory = 101 * MiB;
        world.Begin().Pass("500ms").TellsAmongOthers("a failed: over its memory_max of 100MiB, with 101.0MiB");
    }

    [Fact]
    public void A_figure_of_a_run_that_is_over_ends_no_run()
    {
        var world = Running(File(Capped));
        world.Post(new SystemEvent.Sampled([new(77, 500 * MiB, 500)], Closely: true)).Tells();
    }

    [Fact]
    public void A_shutdown_has_deadlines_of_its_own()
    {
        var world = Running(File(Capped));
        world.Program("a").Ignores(Signal.Term);
        world.Program("a").Memory = 101 * MiB;
        world.Signal(Signal.Term).Pass("3s").NeverTold("a ended: over its memory_max of 100MiB, with 101.0MiB");
        Assert.Empty(world.Measured);
    }

    [Fact]
    public void Of_all_together_the_largest_that_is_optional_is_ended_and_one_at_a_time()
    {
        var world = Running(AllWithin(1000, Daemon("big").Required(), Daemon("mid").StopTimeout("2s"), Daemon("small")));
        world.Program("mid").Ignores(Signal.Term);
        foreach (var (name, size) in (ReadOnlySpan<(string, int)>)[("big", 800), ("mid", 300), ("small", 200)])
            world.Program(name).Memory = size * MiB;
        const string Reason = "the largest, where all together are over memory of [limits], 1000MiB, with 1.3GiB";
        world.Pass("2s").Tells("all memory Critical: 1300MiB of 1000MiB", $"mid ended: {Reason}", "SIGTERM mid");
        world.Program("mid").Memory = 0;
        world.Pass("600ms").Tells("SIGKILL group of mid", "mid killed by SIGKILL", $"mid again in 1s: {Reason}");
        // By then 1000 MiB are left, which is the cap of all.
        world.Pass("700ms").Tells();
    }

    [Fact]
    public void If_the_sum_is_still_over_the_cap_when_the_first_is_gone_the_next_is_ended()
    {
        var world = Running(AllWithin(100, Daemon("big").Required(), Daemon("small").Policy(RestartPolicy.Never)));
        (world.Program("big").Memory, world.Program("small").Memory) = (150 * MiB, 10 * MiB);
        world.Pass("500ms").TellsAmongOthers("SIGTERM small", "small killed by SIGTERM");
        world.Pass("500ms").TellsAmongOthers("SIGTERM big");
    }

    [Fact]
    public void While_a_run_that_was_ended_is_left_no_other_is_ended_for_the_whole()
    {
        var world = Running(
            AllWithin(
            1000, (Capped with { Name = "slow" }).StopTimeout("30s"), (Capped with { Name = "quick" }).Policy(RestartPolicy.Never),
            Daemon("innocent")));
        world.Program("slow").Ignores(Signal.Term);
        foreach (var (name, size) in (ReadOnlySpan<(string, int)>)[("slow", 500), ("quick", 450), ("innocent", 600)])
            world.Program(name).Memory = size * MiB;
        world.Pass("500ms").TellsAmongOthers("SIGTERM slow", "SIGTERM quick", "quick killed by SIGTERM");
        world.Pass("20s").Tells();
        world.Program("slow").Memory = 0;
        world.Pass("15s").TellsAmongOthers("SIGKILL group of slow", "start slow");
    }

    [Fact]
    public void One_that_outlives_SIGKILL_does_not_switch_the_cap_of_all_off()
    {
        var world = Running(AllWithin(1000, (Capped with { Name = "stuck" }).StopTimeout("1s"), Daemon("big")));
        world.Program("stuck").IgnoresEverything();
        (world.Program("stuck").Memory, world.Program("big").Memory) = (500 * MiB, 600 * MiB);
        world.Pass("4s").NeverTold("SIGTERM big").TellsAmongOthers("SIGTERM stuck", "SIGKILL group of stuck");
        world.Pass("2s").TellsAmongOthers("SIGTERM big");
    }

    [Fact]
    public void One_that_takes_its_time_to_stop_holds_the_cap_of_all_up_for_half_a_minute_at_most()
    {
        var world = Running(AllWithin(1000, (Capped with { Name = "slow" }).StopTimeout("10m"), Daemon("big")));
        world.Program("slow").Ignores(Signal.Term);
        (world.Program("slow").Memory, world.Program("big").Memory) = (500 * MiB, 600 * MiB);
        world.Pass("30s").NeverTold("SIGTERM big").TellsAmongOthers("SIGTERM slow");
        world.Pass("6s").TellsAmongOthers("SIGTERM big");
    }

    [Fact]
    public void Tasks_of_all_together_are_capped_too()
    {
        var settings = File(Daemon("a"), Daemon("b")) with { Limits = new LimitSettings { Tasks = 100 } };
        var world = Running(settings);
        (world.Program("a").Tasks, world.Program("b").Tasks) = (40, 61);
        world.Pass("500ms")
            .TellsAmongOthers("b ended: the largest, where all together are over tasks of [limits], 100, with 101", "SIGTERM b");
    }

    [Fact]
    public void An_estimate_over_a_cap_counts_when_it_repeats()
    {
        var world = Running(File(Capped));
        (world.Program("a").Memory, world.Program("a").IsEstimate) = (101 * MiB, true);
        world.Pass("1400ms").Tells();
        world.Pass("100ms").TellsAmongOthers("a ended: over its memory_max of 100MiB, with about 101.0MiB");
    }

    [Fact]
    public void The_figures_of_looks_outlive_a_reload()
    {
        var world = Running(File(Capped, Daemon("b")));
        (world.Program("a").Memory, world.Program("a").IsEstimate) = (101 * MiB, true);
        world.Pass("1s");
        var due = world.Supervisor.Due;
        world.Reloads(Capped, Daemon("b").StopTimeout("3s")).Forget();
        Assert.Equal(due, world.Supervisor.Due);
        world.Pass("500ms").TellsAmongOthers("a ended: over its memory_max of 100MiB, with about 101.0MiB");
    }

    [Fact]
    public void Better_knowledge_makes_estimates_before_it_worthless()
    {
        var world = Running(File(Capped));
        var program = world.Program("a");
        (program.Memory, program.Resident, program.IsEstimate) = (150 * MiB, 150 * MiB, true);
        world.Pass("1s");
        (program.Memory, program.IsEstimate) = (50 * MiB, false);
        world.Pass("500ms");
        (program.Memory, program.IsEstimate) = (150 * MiB, true);
        world.Pass("6s").Tells();
        world.Pass("1s").TellsAmongOthers("a ended: over its memory_max of 100MiB, with about 150.0MiB");
    }

    [Fact]
    public void An_estimate_among_those_of_all_is_one_of_all()
    {
        var world = Running(AllWithin(100, Daemon("a"), Daemon("b").Policy(RestartPolicy.Never)));
        (world.Program("a").Memory, world.Program("b").Memory, world.Program("a").IsEstimate) = (30 * MiB, 80 * MiB, true);
        world.Pass("1400ms").Tells();
        world.Pass("100ms")
            .TellsAmongOthers("b ended: the largest, where all together are over memory of [limits], 100MiB, with about 110.0MiB");
    }

    [Fact]
    public void Memory_of_a_run_that_has_ended_before_the_close_look_is_answered_ends_no_run()
    {
        var world = Running(AllWithin(100, Daemon("a").Policy(RestartPolicy.Never), Daemon("b")));
        world.HoldsCloseLooks = true;
        (world.Program("a").Memory, world.Program("b").Memory) = (60 * MiB, 50 * MiB);
        world.Pass("500ms").Exits("a", 1);
        world.AnswersCloseLook().NeverTold("SIGTERM b");
    }

    [Fact]
    public void A_run_that_starts_during_a_close_look_does_not_spoil_it()
    {
        var world = new World(AllWithin(100, Daemon("a"), Daemon("b")), Controllers.All);
        world.Program("b").SpawnAnswer = SpawnAnswer.WhenTold;
        world.HoldsCloseLooks = true;
        world.Program("a").Memory = 110 * MiB;
        world.Begin().Pass("500ms");
        world.AnswersSpawn("b").AnswersCloseLook().TellsAmongOthers("SIGTERM a");
    }

    [Fact]
    public void There_is_one_close_look_at_a_time_and_one_that_is_never_answered_is_not_waited_for()
    {
        var world = Running(File(Capped));
        world.HoldsCloseLooks = true;
        (world.Program("a").Memory, world.Program("a").Resident) = (90 * MiB, 99 * MiB);
        world.Pass("600ms");
        world.Program("a").Resident = 300 * MiB;
        Assert.Single(world.Pass("2s").Measured, l => l.Closely);
        Assert.Equal(2, world.Pass("2s").Measured.Count(l => l.Closely));
    }

    private static Settings AllWithin(long mebibytes, params ServiceSettings[] services) =>
        File([.. services]) with { Limits = new LimitSettings { Memory = new ByteSize(mebibytes * MiB) } };

    private static World Running(Settings settings, Controllers sampled = Controllers.All)
    {
        var world = new World(settings, sampled);
        world.Begin().Forget();
        return world;
    }
}
