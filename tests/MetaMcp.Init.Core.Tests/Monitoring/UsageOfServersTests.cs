using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Launching;
using MetaMcp.Init.Core.Tests.Supervision;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Monitoring;

/// <summary>The thresholds of 75 and 90 percent of launched servers. Each may have 100 MiB, and one task.</summary>
public sealed class UsageOfServersTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_passed_threshold_is_told_of_the_instance_with_cgroups_and_without(bool counted)
    {
        var world = World(counted).Runs(1).Runs(2);
        var name = $"memory@{world.RunOf(1)}";
        (world.Memory[1], world.Memory[2]) = (80 * MiB, 40 * MiB);
        _ = Next(world);
        Assert.Equal([$"{name}: memory high: 80.0MiB of 100MiB, 80 %"], Of(world, "of 100MiB"));
        world.Memory[1] = 92 * MiB;
        _ = Next(world);
        Assert.Equal([$"{name}: memory critical: 92.0MiB of 100MiB, 92 %"], Of(world, "of 100MiB"));
        world.Memory[1] = 60 * MiB;
        _ = Next(world);
        Assert.Equal([$"{name}: memory normal again: 60.0MiB of 100MiB, 60 %"], Of(world, "of 100MiB"));
        Assert.Empty(Next(world).Log);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_number_of_tasks_has_the_same_thresholds(bool counted)
    {
        var world = Next(World(counted).Runs(1));
        Assert.Contains($"memory@{world.RunOf(1)}: number of tasks critical: 1 of 1, 100 %", world.Log);
    }

    [Fact]
    public void The_alert_of_a_type_is_over_when_the_last_of_its_instances_is_well()
    {
        var world = World(counted: true).Runs(1).Runs(2);
        (world.Memory[1], world.Memory[2]) = (92 * MiB, 80 * MiB);
        Assert.Equal(["memory: alert memory-pressure (critical)"], Of(Next(world), "alert memory-p"));
        world.Memory[1] = MiB;
        Assert.Empty(Of(Next(world), "alert memory-p"));
        world.Log.Clear();
        _ = world.Exits(2);
        Assert.Equal(["memory: alert memory-pressure is over after 30s"], Of(world, "alert memory-p"));
    }

    [Fact]
    public void The_end_of_an_instance_does_not_hide_one_that_is_critical()
    {
        var world = World(counted: true).Runs(1).Runs(2);
        (world.Memory[1], world.Memory[2]) = (80 * MiB, 92 * MiB);
        _ = Next(world);
        world.Log.Clear();
        _ = world.Exits(1);
        Assert.Empty(Of(world, "alert memory-p"));
        world.Supervisor.Window.Now = world.Now;
        var rows = new List<AlertRow>();
        for (var answer = world.Supervisor.Window.Look(new ControlRequest(ControlVerb.Status)); answer.MoveNext();)
            if (answer.Current is AlertRow alert)
                rows.Add(alert);
        var row = Assert.Single(rows, a => a.Alert == "memory-pressure");
        Assert.True(row.IsCritical);
        Assert.Contains("92.0MiB", row.Reason, StringComparison.Ordinal);
    }

    private static PoolWorld Next(PoolWorld world)
    {
        world.Log.Clear();
        return world.Passes("30s");
    }

    private static IEnumerable<string> Of(PoolWorld world, string text) =>
        world.Log.Where(l => l.Contains(text, StringComparison.Ordinal));

    private static PoolWorld World(bool counted) => new(
        Make.File(Make.Daemon("gateway").Required()) with
        {
            Servers =
            [
                ServerSettings.Default("memory", new ShutdownSettings()) with
                {
                    Command = ["/bin/memory"], Limits = new CgroupLimits { MemoryMax = new ByteSize(100 * MiB), TasksMax = 1 },
                },
            ],
            Alerts = new AlertSettings(),
        },
        counted ? Controllers.All : Controllers.None, counted ? Controllers.None : Controllers.All);
}
