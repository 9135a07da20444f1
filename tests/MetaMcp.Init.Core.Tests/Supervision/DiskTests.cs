using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>A disk that is too full is reported once, and once when it is not any more.</summary>
public sealed class DiskTests
{
    private const string High = "/data: disk 85 % full: 85.0MiB of 100.0MiB, 15.0MiB free";

    [Fact]
    public void A_disk_that_hovers_at_the_threshold_is_told_once_and_again_when_it_is_well_below()
    {
        var world = Watching();
        Fills(world, 84).Pass("1s").Tells();
        Fills(world, 85).Pass("15s").Tells(High);
        foreach (var percent in (int[])[84, 86, 81, 100, 80, 85])
            Fills(world, percent).Pass("15s").Tells();
        Fills(world, 79).Pass("15s").Tells("/data: disk normal again: 79 % full, 79.0MiB of 100.0MiB, 21.0MiB free");
        Fills(world, 84).Pass("15s").Tells();
        Fills(world, 85).Pass("15s").Tells(High);
    }

    [Fact]
    public void It_is_read_every_15_seconds_and_soon_after_the_start()
    {
        var world = Watching();
        Fills(world, 10).Pass("31s");
        Assert.Equal([Span("1s"), Span("16s"), Span("31s")], world.DisksReadAt);
    }

    [Fact]
    public void One_that_cannot_be_read_is_told_once_and_so_is_the_end_of_that()
    {
        var world = Watching();
        IsUnknown(world).Pass("1s").Tells("/data: how full the disk is cannot be read: Input/output error");
        IsUnknown(world).Pass("60s").Tells();
        Fills(world, 10).Pass("15s").Tells("/data: disk normal again: 10 % full, 10.0MiB of 100.0MiB, 90.0MiB free");
        Fills(world, 10).Pass("15s").Tells();
    }

    [Fact]
    public void A_full_disk_stays_one_while_nothing_is_known_of_it()
    {
        var world = Watching();
        Fills(world, 85).Pass("1s").Tells(High);
        IsUnknown(world).Pass("15s").Told();
        Fills(world, 81).Pass("15s").Tells("/data: disk 81 % full: 81.0MiB of 100.0MiB, 19.0MiB free");
        Fills(world, 79).Pass("15s").Told("disk normal again");
    }

    [Fact]
    public void A_look_that_is_never_answered_does_not_keep_the_next_from_coming()
    {
        var world = Watching();
        world.AnswersDisks = false;
        world.Pass("16s");
        world.AnswersDisks = true;
        Fills(world, 85).Pass("15s").Tells(High);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Nothing_is_read_without_a_path_or_with_monitoring_switched_off(bool hasPath, bool monitoring)
    {
        var world = new World(Watched(hasPath ? ["/data"] : []) with
        {
            Limits = new LimitSettings { Disk = hasPath ? ["/data"] : [], Monitoring = monitoring },
        });
        Assert.True(world.Begin().Sleeps);
        Assert.Empty(DisksOf(world));
    }

    [Fact]
    public void A_reload_restarts_nothing_and_the_new_disks_are_read_soon()
    {
        var world = Watching();
        Fills(world, 85).Pass("1s").Tells(High);
        world.Disks["/"] = Reading("/", 90);
        world.Reloads(Watched(["/", "/data"])).Tells("reloaded: restarting ; starting ; removing ; 1 unchanged");
        world.Pass("1s").Tells("/: disk 90 % full: 90.0MiB of 100.0MiB, 10.0MiB free");
        world.Reloads(Watched([])).Forget();
        Assert.True(world.Sleeps);
        Assert.Empty(DisksOf(world));
    }

    [Fact]
    public void A_disk_that_a_reload_removes_is_forgotten_and_later_begins_anew()
    {
        var world = Watching();
        Fills(world, 85).Pass("1s").Tells(High);
        world.Reloads(Watched([])).Forget().Pass("1h");
        world.Reloads(Watched(["/data"])).Forget();
        Assert.Equal([new DiskRow("/data") { Problem = "not read yet" }], DisksOf(world));
        Fills(world, 83).Pass("1s").Tells();
        Assert.Equal(DiskState.Normal, Assert.Single(DisksOf(world)).State);
    }

    [Fact]
    public void A_threshold_that_a_reload_changes_counts_from_the_next_look_on()
    {
        var world = Watching();
        Fills(world, 80).Pass("1s").Tells();
        world.Reloads(Watched(["/data"], warning: 75)).Forget().Pass("1s")
            .Tells("/data: disk 80 % full: 80.0MiB of 100.0MiB, 20.0MiB free");
    }

    [Fact]
    public void An_answer_about_a_disk_that_another_file_does_not_have_is_dropped()
    {
        var world = Watching();
        world.AnswersDisks = false;
        world.Pass("1s").Reloads(Watched(["/"])).Forget();
        world.Post(new SystemEvent.DisksRead([Reading("/data", 99)])).Tells();
    }

    [Fact]
    public void During_a_shutdown_nothing_is_read_and_an_answer_is_not_told()
    {
        var world = Watching();
        world.Program("a").Ignores(Signal.Term);
        Fills(world, 85).Signal(Signal.Term).Forget();
        world.Post(new SystemEvent.DisksRead([Reading("/data", 99)])).Tells();
        world.Pass("5s");
        Assert.Empty(world.DisksReadAt);
    }

    [Fact]
    public void The_status_has_what_is_known()
    {
        var world = Watching();
        Assert.Equal([new DiskRow("/data") { Problem = "not read yet" }], DisksOf(world));
        Fills(world, 85).Pass("1s");
        var high = new DiskRow("/data") { State = DiskState.High, Size = 100 << 20, Available = 15 << 20, UsedPercent = 85 };
        Assert.Equal([high], DisksOf(world));
        IsUnknown(world).Pass("15s");
        Assert.Equal([new DiskRow("/data") { Problem = "Input/output error" }], DisksOf(world));
        Fills(world, 81).Pass("15s");
        Assert.Equal([high with { Available = 19 << 20, UsedPercent = 81 }], DisksOf(world));
        Fills(world, 79).Pass("15s");
        Assert.Equal([high with { State = DiskState.Normal, Available = 21 << 20, UsedPercent = 79 }], DisksOf(world));
    }

    /// <summary>The figures of df for a disk of which five percent are kept for root.</summary>
    [Theory]
    [InlineData(1000, 500, 450, 53)]
    [InlineData(1000, 950, 0, 100)]
    [InlineData(1000, 0, 950, 0)]
    [InlineData(1000, 1, 949, 1)]
    [InlineData(0, 0, 0, 100)]
    public void The_percentage_is_that_of_df(long size, long used, long available, int percent) =>
        Assert.Equal(percent, new DiskSpace(size, used, available).UsedPercent);

    private static Settings Watched(string[] paths, int warning = 85) =>
        File(Daemon("a")) with { Limits = new LimitSettings { Disk = [.. paths], DiskWarning = warning } };

    private static World Watching() => new World(Watched(["/data"])).Begin().Forget();

    private static World Fills(World world, int percent)
    {
        world.Disks["/data"] = Reading("/data", percent);
        return world;
    }

    private static World IsUnknown(World world)
    {
        world.Disks["/data"] = new DiskReading("/data", null, "Input/output error");
        return world;
    }

    private static DiskReading Reading(string path, int percent) =>
        new(path, new DiskSpace(100L << 20, (long)percent << 20, (100L - percent) << 20));

    private static DiskRow[] DisksOf(World world) =>
        [.. world.Looks(new ControlRequest(ControlVerb.Status)).OfType<SystemRow>().Single().Disks];
}
