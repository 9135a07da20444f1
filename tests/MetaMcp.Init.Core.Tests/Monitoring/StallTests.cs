using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Supervision;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Monitoring;

/// <summary>Memory stalls, of which the kernel tells.</summary>
public sealed class StallTests
{
    [Fact]
    public void The_kernel_is_asked_while_anything_runs()
    {
        var world = Counted(File(Daemon("a"))).Begin();
        Assert.Equal([(TimeSpan.Zero, true)], world.StallsWatched);
        Assert.True(world.Sleeps);
        world.Pass("1m").Asks(ControlVerb.Stop, "a");
        Assert.Equal([(TimeSpan.Zero, true), (TimeSpan.FromMinutes(1), false)], world.StallsWatched);
    }

    [Fact]
    public void A_time_of_stalls_is_told_once_and_its_end_when_it_has_been_quiet()
    {
        var world = Counted(File(Daemon("a")) with { Alerts = new AlertSettings() }).Begin().Forget();
        for (var stall = 0; stall < 10; stall++)
            world.Post(new SystemEvent.Stalled(12.5)).Pass("2s");
        Assert.True(SystemOf(world).IsStalled);
        world.Pass("27s").Tells(
            "memory stalls: for a tenth of two seconds all processes of services and servers waited for memory (12.50 % of the last ten " +
            "seconds)", "alert memory-pressure by stalls");
        world.Pass("1s").Tells("no memory stalls any more; they went on for 18s", "over memory-pressure by stalls");
        Assert.False(SystemOf(world).IsStalled);
    }

    [Fact]
    public void What_the_kernel_cannot_tell_is_said_and_not_asked_again()
    {
        var world = Counted(File(Daemon("a"))).Begin();
        world.Post(new SystemEvent.StallsNotToBeHad("EOPNOTSUPP")).Exits("a", 1).Pass("1m");
        Assert.Single(world.StallsWatched);
        Assert.Equal("EOPNOTSUPP", SystemOf(world).StallsProblem);
        Assert.Single(world.Heard, h => h.Notice.Kind == Notices.StallsUnknown);
    }

    [Fact]
    public void Without_cgroups_there_is_no_one_to_ask()
    {
        var world = new World(File(Daemon("a")), sampled: Controllers.All).Begin();
        Assert.Empty(world.StallsWatched);
        Assert.Contains("no cgroup", SystemOf(world).StallsProblem, StringComparison.Ordinal);
    }

    [Fact]
    public void Switched_off_nothing_is_asked()
    {
        var world = Counted(File(Daemon("a")) with { Limits = new LimitSettings { Monitoring = false } }).Begin();
        Assert.Empty(world.StallsWatched);
        Assert.Null(SystemOf(world).StallsProblem);
    }

    private static World Counted(Settings settings) => new(settings, counted: Controllers.All);

    private static SystemRow SystemOf(World world) => world.Looks(new ControlRequest(ControlVerb.Status)).OfType<SystemRow>().Single();
}
