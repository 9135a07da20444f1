using MetaMcp.Init.Core.Config;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class MaxRestartsTests
{
    [Fact]
    public void After_so_many_in_a_row_it_has_failed_for_good()
    {
        var world = Running(2);
        world.Exits("a", 1).Pass("1s").Exits("a", 1).Pass("2s").Forget();
        world.Exits("a", 1).TellsAmongOthers("a exit code 1", "a failed: exit code 1, after its max_restarts of 2");
    }

    [Fact]
    public void A_run_of_reset_after_clears_the_count()
    {
        var world = Running(1);
        world.Exits("a", 1).Pass("1s").Pass("60s").Exits("a", 1).TellsAmongOthers("a again in 1s: exit code 1");
        world.Pass("1s").Exits("a", 1).TellsAmongOthers("a failed: exit code 1, after its max_restarts of 1");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Restarts_that_follow_success_do_not_count(int most)
    {
        var world = Running(most, RestartPolicy.Always);
        for (var run = 0; run < 10; run++)
            world.Exits("a", 0).TellsAmongOthers($"a exited with 0, again in {Math.Min(1 << run, 30)}s").Pass("30s").Forget();
        Assert.True(world.Runs("a"));
    }

    [Fact]
    public void A_success_breaks_the_row()
    {
        var world = Running(2, RestartPolicy.Always);
        world.Exits("a", 1).Pass("1s").Exits("a", 1).Pass("2s").Exits("a", 0).Pass("4s").Forget();
        world.Exits("a", 1).TellsAmongOthers("a again in 8s: exit code 1");
        world.Pass("8s").Exits("a", 1).TellsAmongOthers("a again in 16s: exit code 1");
        world.Pass("16s").Exits("a", 1).TellsAmongOthers("a failed: exit code 1, after its max_restarts of 2");
    }

    [Fact]
    public void A_run_of_reset_after_makes_the_back_off_short_again()
    {
        var world = Running(1, RestartPolicy.Always);
        world.Exits("a", 0).Pass("1s").Exits("a", 0).Pass("2s").Pass("1m").Forget();
        world.Exits("a", 0).TellsAmongOthers("a exited with 0, again in 1s");
    }

    [Fact]
    public void A_long_run_that_a_dependency_ends_clears_the_count_too()
    {
        var world = new World(
            Daemon("db"), Daemon("a").Needs("db") with { RestartWith = ["db"], Restart = Make.Restart with { MaxRestarts = 1 } });
        world.Begin().Exits("a", 1).Pass("1s").Pass("24h").Exits("db", 1).Pass("1s").Forget();
        world.Exits("a", 1).TellsAmongOthers("a again in 1s: exit code 1");
    }

    [Fact]
    public void None_at_all_is_allowed()
    {
        Running(0).Exits("a", 1).TellsAmongOthers("a failed: exit code 1, after its max_restarts of 0");
    }

    private static World Running(int most, RestartPolicy policy = RestartPolicy.OnFailure)
    {
        var world = new World(Daemon("a") with { Restart = Make.Restart with { MaxRestarts = most, Policy = policy } }, Daemon("b"));
        world.Begin().Forget();
        return world;
    }
}
