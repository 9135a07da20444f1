using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class OrphanTests
{
    [Fact]
    public void They_are_asked_when_the_services_are_gone()
    {
        var world = new World(Daemon("a"));
        world.HasOrphan();
        world.Begin().Forget().Signal(Signal.Term).Tells(
            "shutting down: SIGTERM", "SIGTERM a", "a killed by SIGTERM", "a stopped", "SIGTERM the rest", "orphan reaped", "exit 0");
    }

    [Fact]
    public void They_are_killed_after_their_grace()
    {
        var world = new World(File(Daemon("a")) with { Init = new InitSettings { OrphanGrace = Span("4s") } });
        world.HasOrphan().Ignores(Signal.Term);
        world.Begin().Signal(Signal.Term).Forget().Pass("3900ms").Tells();
        world.Pass("100ms").Tells("SIGKILL the rest", "orphan reaped", "exit 0");
    }

    [Fact]
    public void Their_grace_ends_with_the_phase()
    {
        var world = new World(File(Daemon("a").StopTimeout("25s")) with
        {
            Init = new InitSettings { OrphanGrace = Span("10s") },
            Shutdown = new ShutdownSettings { Timeout = Span("30s") },
        });
        world.HasOrphan().Ignores(Signal.Term);
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Signal(Signal.Term).Pass("25s").Forget().Pass("5s").Tells("SIGKILL the rest", "orphan reaped", "exit 0");
    }

    [Fact]
    public void They_are_killed_at_once_when_somebody_asks_again()
    {
        var world = new World(Daemon("a"));
        world.HasOrphan().Ignores(Signal.Term);
        world.Begin().Signal(Signal.Term).Forget().Signal(Signal.Term).TellsAmongOthers("SIGKILL the rest", "orphan reaped", "exit 0");
    }

    [Fact]
    public void One_beyond_SIGKILL_does_not_hold_the_container()
    {
        var world = new World(File(Daemon("a")) with { Init = new InitSettings { OrphanGrace = Span("4s") } });
        world.HasOrphan().IgnoresEverything();
        world.Begin().Signal(Signal.Term).Forget().Pass("6s").Tells("SIGKILL the rest", "beyond kill: ", "exit 0");
    }

    [Fact]
    public void While_services_run_they_are_only_collected()
    {
        var world = new World(Daemon("a"));
        world.Begin().Forget();
        world.Post(new SystemEvent.ChildEnded(4711, ExitStatus.Exited(1), null, OthersLeft: false)).Tells("orphan reaped");
    }
}
