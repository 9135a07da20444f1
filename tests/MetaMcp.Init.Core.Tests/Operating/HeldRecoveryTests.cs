using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Supervision;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Operating;

/// <summary>An operator's stop stands, whatever else happens to mcp-init.</summary>
public sealed class HeldRecoveryTests
{
    [Fact]
    public void A_required_service_that_was_stopped_ends_nothing_when_all_is_made_anew()
    {
        var world = new World(Daemon("a").Required(), Daemon("b")).Begin();
        world.Asks(ControlVerb.Stop, "a");
        Assert.Equal(ServiceCondition.Stopped, world.RowOf("a").Condition);
        world.Supervisor.Disturb(world.Now);
        world.Pass("5s");
        Assert.Null(world.ExitCode);
        Assert.Equal(ServiceCondition.Stopped, world.RowOf("a").Condition);
        Assert.Equal(ServiceCondition.Ready, world.RowOf("b").Condition);
    }

    [Fact]
    public void A_signal_of_the_runtime_after_an_operators_shutdown_kills_nothing()
    {
        var world = new World(Daemon("a")).Begin();
        world.Program("a").Ignores(Signal.Term);
        world.Asks(ControlVerb.Shutdown);
        world.Signal(Signal.Term);
        Assert.DoesNotContain(world.Heard, told => told.Notice.Kind == Notices.Emergency);
        world.Signal(Signal.Term);
        Assert.Contains(world.Heard, told => told.Notice.Kind == Notices.Emergency);
    }
}
