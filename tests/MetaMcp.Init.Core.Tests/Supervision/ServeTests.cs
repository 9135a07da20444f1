using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>[serve] is supervised like a service, and no end of the container goes by it.</summary>
public sealed class ServeTests
{
    private const string Name = ServeSettings.ServiceName;

    private static Settings Serving(params ServiceSettings[] services) => Serving("127.0.0.1:9464", services);

    private static Settings Serving(string address, params ServiceSettings[] services) =>
        File([.. services]) with { Serve = new ServeSettings { Listen = ListenAddress.Parse(address, out _) } };

    [Fact]
    public void It_starts_with_the_others_and_is_not_counted()
    {
        var world = new World(Serving(Daemon("a").Required()));
        world.Begin().TellsAmongOthers("start a", $"start {Name}");
        Assert.True(world.Runs(Name));
        Assert.IsType<Phase.Running>(world.Phase);
    }

    [Fact]
    public void When_nothing_else_is_left_to_run_the_container_ends()
    {
        var world = new World(Serving(Daemon("a").Policy(RestartPolicy.Never)));
        world.Begin().Forget().Exits("a", 0);
        world.TellsAmongOthers("shutting down: nothing is left to run", $"SIGTERM {Name}", $"{Name} stopped", "exit 0");
    }

    [Theory]
    [InlineData(ExitRule.AnyExits)]
    [InlineData(ExitRule.AllExit)]
    [InlineData(ExitRule.RequiredFails)]
    public void Its_end_ends_nothing_and_it_comes_back(ExitRule rule)
    {
        var world = new World(Serving(Daemon("a").Required()) with { Init = new InitSettings { ExitWhen = rule } });
        world.Begin().Forget().Exits(Name, 111).Pass("5s").TellsAmongOthers($"start {Name}");
        Assert.Null(world.ExitCode);
        Assert.True(world.Runs("a") && world.Runs(Name));
    }

    [Fact]
    public void While_its_port_is_taken_it_is_tried_on_and_nothing_is_degraded()
    {
        var world = new World(Serving(Daemon("a")));
        world.Begin();
        for (var failure = 0; failure < 7; failure++)
        {
            world.Exits(Name, 111);
            for (var wait = 0; wait < 100 && !world.Runs(Name); wait++)
                world.Pass("1s");
        }
        Assert.True(world.Runs(Name));
        var told = world.Told();
        Assert.Contains(told, line => line.Contains("circuit open", StringComparison.Ordinal));
        Assert.DoesNotContain(told, line => line.StartsWith("degraded", StringComparison.Ordinal));
    }

    [Fact]
    public void It_stops_after_all_others()
    {
        var world = new World(Serving(Daemon("a"), Daemon("b").Needs("a")));
        world.Begin().Forget().Signal(Signal.Term).TellsAmongOthers(
            "SIGTERM b", "b stopped", "SIGTERM a", "a stopped", $"SIGTERM {Name}", $"{Name} stopped", "exit 0");
    }

    [Fact]
    public void A_reload_adds_it_restarts_it_when_its_address_changes_and_removes_it()
    {
        var world = new World(Daemon("a"));
        world.Begin().Forget();
        world.Reloads(Serving(Daemon("a"))).TellsAmongOthers($"reloaded: restarting ; starting {Name}; removing ; 1 unchanged");
        Assert.True(world.Runs(Name));
        world.Forget().Reloads(Serving(Daemon("a"))).TellsAmongOthers("reloaded: restarting ; starting ; removing ; 1 unchanged");
        world.Forget().Reloads(Serving(":9465", Daemon("a"))).TellsAmongOthers(
            $"reloaded: restarting {Name}; starting ; removing ; 1 unchanged", $"SIGTERM {Name}", $"start {Name}");
        world.Forget().Reloads(Daemon("a")).TellsAmongOthers(
            $"reloaded: restarting ; starting ; removing {Name}; 1 unchanged", $"SIGTERM {Name}", $"{Name} stopped");
        Assert.False(world.Runs(Name));
        Assert.True(world.Runs("a"));
        Assert.Null(world.ExitCode);
    }

    [Fact]
    public void After_a_reload_it_still_stops_after_all_others_and_does_not_keep_the_container()
    {
        var world = new World(Serving(Daemon("a")));
        world.Begin().Forget().Reloads(Serving(Daemon("b"), Daemon("c"))).Forget();
        world.Signal(Signal.Term).TellsAmongOthers("b stopped", $"SIGTERM {Name}", "exit 0");
    }

    [Fact]
    public void A_file_of_servers_alone_waits_for_launches_with_it_as_without_it()
    {
        var settings = Serving() with { Servers = [ServerSettings.Default("memory", new ShutdownSettings())] };
        var world = new World(settings);
        world.Begin();
        Assert.Null(world.ExitCode);
        Assert.True(world.Runs(Name));
    }
}
