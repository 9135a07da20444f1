using System.Text;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Launching;
using MetaMcp.Init.Core.Tests.Supervision;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Monitoring;

/// <summary>Memory becomes short among launched servers. The cap of all together is 100 MiB.</summary>
public sealed class PressureOfServersTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void Idle_servers_go_first_then_the_largest_and_the_service_stays()
    {
        var world = World(Controllers.All);
        for (var id = 1; id <= 4; id++)
            _ = world.Runs(id);
        _ = world.Passes("1m").Launch(3, new LaunchEvent.Idle(IsIdle: true)).Passes("1m").Launch(1, new LaunchEvent.Idle(IsIdle: true));
        (world.Memory[1], world.Memory[2], world.Memory[3], world.Memory[4]) = (20 * MiB, 60 * MiB, 2 * MiB, 40 * MiB);
        _ = world.Forget().Post(SystemEvent.PressureWireTripped.Instance);
        Assert.Equal(["3 SIGTERM", "3 ended for a reason"], world.Story);
        Assert.StartsWith("It was idle for 2m, where memory is critical: 122.0MiB of 100.0MiB", world.Reasons[3], StringComparison.Ordinal);
        _ = world.Passes("3s");
        Assert.Equal([3L, 1L], world.Reasons.Keys);
        _ = world.Passes("3s");
        Assert.Equal([3L, 1L, 2L], world.Reasons.Keys);
        Assert.StartsWith("It was the largest launched server, where", world.Reasons[2], StringComparison.Ordinal);
        // 40 MiB are left.
        _ = world.Passes("1h");
        Assert.Equal(3, world.Reasons.Count);
    }

    [Fact]
    public void A_server_that_comes_when_no_run_could_be_ended_can_be_ended()
    {
        var world = World(Controllers.All);
        world.MemoryOfServices["gateway"] = 91 * MiB;
        _ = world.Post(SystemEvent.PressureWireTripped.Instance).Passes("10s");
        Assert.Single(world.Log, l => l.Contains("no run may be ended", StringComparison.Ordinal));
        _ = world.Runs(1).Passes("1s");
        Assert.Equal([1L], world.Reasons.Keys);
    }

    [Fact]
    public void Events_and_logs_of_an_instance_show_why_it_was_ended()
    {
        var world = World(Controllers.All).Runs(1).Runs(2);
        (world.Memory[1], world.Memory[2]) = (60 * MiB, 40 * MiB);
        // Names of instances are known while they are there.
        _ = world.Stubborn.Add(1);
        var name = $"memory@{world.RunOf(1)}";
        _ = world.Post(SystemEvent.PressureWireTripped.Instance);
        foreach (var asked in (string[])[name, "memory"])
        {
            Assert.Contains(
                $"event relief.acted {name}: ended to relieve memory, the largest launched server, where",
                Shown(world, ControlVerb.Events, asked), StringComparison.Ordinal);
            Assert.Contains("ended to relieve memory", Shown(world, ControlVerb.Logs, asked), StringComparison.Ordinal);
        }
        Assert.DoesNotContain("relief", Shown(world, ControlVerb.Events, $"memory@{world.RunOf(2)}"), StringComparison.Ordinal);
        Assert.Equal((1, 0), (world.Supervisor.Window.Tally.CorrectiveActions, world.Supervisor.Window.Tally.LimitBreaches));
    }

    [Fact]
    public void A_server_over_a_limit_of_its_own_is_told_as_such_and_counted()
    {
        var settings = Settings(monitoring: true);
        settings = settings with
        {
            Servers = [settings.Servers[0] with { Limits = new CgroupLimits { MemoryMax = new ByteSize(20 * MiB) } }],
        };
        var world = new PoolWorld(settings, sampled: Controllers.All).Runs(1).Runs(2);
        world.Memory[1] = 21 * MiB;
        _ = world.Stubborn.Add(1);
        var name = $"memory@{world.RunOf(1)}";
        _ = world.Passes("1s");
        var told = Assert.Single(world.Heard, t => t.Notice.Kind == Notices.LaunchOverLimit);
        Assert.Equal($"{name}: ended, over its memory_max of 20MiB, with 21.0MiB", told.Notice.ToString());
        Assert.NotNull(told.Instance);
        Assert.Contains("event launch.over-limit " + name, Shown(world, ControlVerb.Events, name), StringComparison.Ordinal);
        Assert.Equal((0, 1), (world.Supervisor.Window.Tally.CorrectiveActions, world.Supervisor.Window.Tally.LimitBreaches));
    }

    [Fact]
    public void A_server_that_is_ended_to_relieve_memory_is_told_once()
    {
        var world = new PoolWorld(Settings(monitoring: true), sampled: Controllers.All).Runs(1).Runs(2);
        world.Memory[1] = 92 * MiB;
        _ = world.Passes("1s");
        _ = Assert.Single(world.Heard, t => t.Notice.Kind == Notices.PressureRelieved);
        Assert.DoesNotContain(world.Heard, t => t.Notice.Kind == Notices.LaunchOverLimit);
    }

    [Fact]
    public void Guards_tell_idleness_where_memory_is_watched()
    {
        Assert.Equal(TimeSpan.FromMinutes(1), World(Controllers.All).Asks(1).Granted[1].IdleAfter);
        Assert.Null(World(Controllers.None).Asks(1).Granted[1].IdleAfter);
        Assert.Null(World(Controllers.All, monitoring: false).Asks(1).Granted[1].IdleAfter);
    }

    [Fact]
    public void A_shorter_time_of_another_rule_stays()
    {
        var server = new ServerSettings { Name = "memory", IsMemoryWatched = true };
        Assert.Equal(TimeSpan.FromSeconds(10), (server with { OnLimit = LimitAction.ReplaceIdle }).IdleAfter);
        Assert.Equal(TimeSpan.FromSeconds(30), (server with { IdleTimeout = TimeSpan.FromSeconds(30) }).IdleAfter);
        Assert.Equal(TimeSpan.FromMinutes(1), (server with { IdleTimeout = TimeSpan.FromHours(1) }).IdleAfter);
        Assert.Equal(TimeSpan.FromHours(1), (server with { IdleTimeout = TimeSpan.FromHours(1), IsMemoryWatched = false }).IdleAfter);
    }

    private static string Shown(PoolWorld world, ControlVerb verb, string name)
    {
        world.Supervisor.Window.Now = world.Now;
        var rows = world.Supervisor.Window.Look(new ControlRequest(verb) { Names = [name] });
        var text = new StringBuilder();
        while (rows.MoveNext())
            _ = text.AppendLine(rows.Current switch
            {
                EventRow row => $"event {row.Name} {row.Subject}: {row.Text}",
                LogRow row => row.Text,
                _ => "",
            });
        return text.ToString();
    }

    private static PoolWorld World(Controllers counted, bool monitoring = true) => new(Settings(monitoring), counted);

    private static Settings Settings(bool monitoring) => Make.File(Make.Daemon("gateway").Required()) with
    {
        Servers = [ServerSettings.Default("memory", new ShutdownSettings()) with { Command = ["/bin/memory"] }],
        Limits = new LimitSettings { Memory = new ByteSize(100 * MiB), Monitoring = monitoring },
    };
}
