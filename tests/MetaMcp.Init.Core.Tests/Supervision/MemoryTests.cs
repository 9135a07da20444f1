using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>The memory thresholds of 75 and 90 percent are reported when they are passed.</summary>
public sealed class MemoryTests
{
    [Fact]
    public void Each_threshold_is_told_once_on_its_way_up_and_left_only_well_below()
    {
        var world = Running();
        Holds(world, 74).Tells();
        Holds(world, 75).Tells("a memory Warning: 75MiB of 100MiB");
        Holds(world, 89).Tells();
        Holds(world, 90).Tells("a memory Critical: 90MiB of 100MiB");
        Holds(world, 86).Tells();
        Holds(world, 84).Tells("a memory Warning: 84MiB of 100MiB");
        Holds(world, 71).Tells();
        Holds(world, 69).Tells("a memory Normal: 69MiB of 100MiB");
        Assert.Equal(new ByteSize(69 << 20), world.RecordOf("a").Memory);
    }

    [Fact]
    public void A_new_run_begins_anew()
    {
        var world = Running();
        Holds(world, 95).Exits("a", 1).Pass("1s").Forget();
        Holds(world, 10).Tells();
        Holds(world, 95).Tells("a memory Critical: 95MiB of 100MiB");
    }

    [Fact]
    public void Everything_together_has_thresholds_too()
    {
        var world = new World(File(Daemon("a")) with { Limits = new LimitSettings { Memory = new ByteSize(1000 << 20) } });
        world.Begin().Forget();
        Holds(world, 10, ofAll: 760).Tells("all memory Warning: 760MiB of 1000MiB");
        Holds(world, 10, ofAll: 600).Tells("all memory Normal: 600MiB of 1000MiB");
    }

    [Fact]
    public void Where_the_kernel_does_not_count_a_close_look_does()
    {
        var world = new World(File(Capped), Controllers.All);
        world.Program("a").Memory = 85 << 20;
        world.Begin().Pass("500ms").TellsAmongOthers("a memory Warning: 85MiB of 100MiB");
        world.Program("a").Memory = 20 << 20;
        world.Pass("500ms").Tells("a memory Normal: 20MiB of 100MiB");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_together_have_thresholds_of_memory_and_tasks_with_cgroups_and_without(bool counted)
    {
        var settings = File(Daemon("a")) with { Limits = new LimitSettings { Memory = new ByteSize(100 << 20), Tasks = 20 } };
        var world = counted ? new World(settings, counted: Controllers.All) : new World(settings, Controllers.All);
        (world.Program("a").Memory, world.Program("a").Tasks) = (78 << 20, 15);
        world.Begin().Pass("30s").Told("all memory Warning: 78MiB of 100MiB");
        world.Told("all together: number of tasks high: 15 of 20, 75 %").Forget();
        (world.Program("a").Memory, world.Program("a").Tasks) = (10 << 20, 13);
        world.Pass("30s").Told("all memory Normal: 10MiB of 100MiB");
        world.Told("all together: number of tasks normal again: 13 of 20, 65 %");
    }

    [Fact]
    public void If_nothing_runs_nothing_is_near_its_limit()
    {
        var settings = File(Daemon("a")) with
        {
            Limits = new LimitSettings { Memory = new ByteSize(100 << 20), Tasks = 20 },
        };
        var world = new World(settings, counted: Controllers.All);
        (world.Program("a").Memory, world.Program("a").Tasks) = (80 << 20, 19);
        world.Begin().Pass("30s").Forget();
        world.Asks(ControlVerb.Stop, "a");
        world.TellsAmongOthers("all together: memory and tasks are not watched any more, since nothing runs");
    }

    [Fact]
    public void Without_a_probe_it_is_read_every_interval_of_health_while_something_has_a_cap()
    {
        var world = new World(File(Capped, Daemon("b")), counted: Controllers.All);
        world.Program("a").Memory = 80 << 20;
        world.Begin().Pass("29s").NeverTold("a memory Warning: 80MiB of 100MiB");
        world.Pass("1s").TellsAmongOthers("a memory Warning: 80MiB of 100MiB");
        world.Program("a").Memory = 20 << 20;
        world.Pass("30s").Tells("a memory Normal: 20MiB of 100MiB");
    }

    [Fact]
    public void The_cap_of_all_together_is_read_without_any_other()
    {
        var world = new World(
            File(Daemon("a")) with { Limits = new LimitSettings { Memory = new ByteSize(1000 << 20) } }, counted: Controllers.All);
        world.Program("a").Memory = 760 << 20;
        world.Begin().Pass("30s").TellsAmongOthers("all memory Warning: 760MiB of 1000MiB");
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void There_is_no_such_beat_without_a_cap_or_with_monitoring_switched_off(bool hasCap, bool monitoring)
    {
        var settings = File(hasCap ? Capped : Daemon("a")) with { Limits = new LimitSettings { Monitoring = monitoring } };
        Assert.True(new World(settings, counted: Controllers.All).Begin().Sleeps);
    }

    private static ServiceSettings Capped => Daemon("a") with { Limits = new CgroupLimits { MemoryMax = new ByteSize(100 << 20) } };

    private static World Running()
    {
        var world = new World(Capped);
        world.Begin().Forget();
        return world;
    }

    private static World Holds(World world, int mebibytes, int? ofAll = null) =>
        world.Post(
            new SystemEvent.UsageRead(
                StatePredicates.RunOf(world.StateOf("a"))!.Value, (long)mebibytes << 20, null,
                ofAll is { } all ? (long)all << 20 : null, null));
}
