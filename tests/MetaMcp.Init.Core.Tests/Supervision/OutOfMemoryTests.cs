using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class OutOfMemoryTests
{
    private static readonly ServiceSettings Hog = Daemon("hog") with { Limits = new CgroupLimits { MemoryMax = new ByteSize(64 << 20) } };

    [Fact]
    public void A_service_over_its_cap_is_said_to_be_and_starts_again()
    {
        var world = Running(Hog);
        world.Post(Counted(oom: 1, kills: 2, whole: 1)).Tells("hog whole killed: its memory_max of 64MiB");
        world.IsKilledBy("hog", Signal.Kill).Tells(
            "hog killed by SIGKILL, out of memory: its memory_max of 64MiB",
            "hog again in 1s: killed by SIGKILL, out of memory: its memory_max of 64MiB");
    }

    [Fact]
    public void A_wrapper_that_ends_badly_for_it_is_explained_by_it()
    {
        var world = Running(Hog);
        world.Post(Counted(oom: 1, kills: 1)).Pass("300ms").Forget();
        world.Exits("hog", 1).Tells(
            "hog exit code 1, out of memory: its memory_max of 64MiB",
            "hog again in 1s: exit code 1, out of memory: its memory_max of 64MiB");
    }

    [Fact]
    public void A_child_that_was_killed_long_ago_explains_nothing()
    {
        var world = Running(Hog);
        world.Post(Counted(oom: 1, kills: 1)).Pass("11s").Forget();
        world.Exits("hog", 1).Tells("hog exit code 1", "hog again in 1s: exit code 1");
    }

    [Fact]
    public void One_that_went_well_all_the_same_is_not_blamed()
    {
        var world = Running(Hog);
        world.Post(Counted(oom: 1, kills: 1)).Forget();
        world.Exits("hog", 0)
            .Tells("hog exit code 0", "hog finished", "shutting down: nothing is left to run", "SIGTERM the rest", "exit 0");
    }

    [Fact]
    public void A_kill_of_ours_is_ours()
    {
        var world = Running(Hog.StopTimeout("1s"));
        world.Program("hog").Ignores(Signal.Term);
        world.Post(Counted(oom: 1, kills: 1)).Signal(Signal.Term).Forget().Pass("1s").Tells(
            "SIGKILL group of hog", "hog killed by SIGKILL", "hog stopped", "SIGTERM the rest", "exit 0");
    }

    [Fact]
    public void The_same_counts_twice_are_told_once()
    {
        var world = Running(Hog);
        world.Post(Counted(oom: 1, kills: 1)).Forget();
        world.Post(Counted(oom: 1, kills: 1)).Tells();
        world.Post(Counted(oom: 2, kills: 2)).Tells("hog 1 killed: its memory_max of 64MiB");
    }

    [Fact]
    public void The_next_run_counts_from_nothing()
    {
        var world = Running(Hog);
        world.Post(Counted(oom: 1, kills: 1)).IsKilledBy("hog", Signal.Kill).Pass("1s").Forget();
        world.Post(Counted(oom: 1, kills: 1, run: 2)).Tells("hog 1 killed: its memory_max of 64MiB");
    }

    [Fact]
    public void The_limit_of_all_together_is_named_as_such()
    {
        var world = new World(File(Daemon("hog")) with { Limits = new LimitSettings { Memory = new ByteSize(1 << 30) } });
        world.Begin().Forget();
        world.Post(new SystemEvent.OutOfMemory(1, default, new OomCounts(0, 0, 1, 0, 1, 0), null))
            .Tells("hog 1 killed: memory of [limits], 1GiB");
    }

    [Fact]
    public void One_that_ends_by_the_signal_it_was_sent_ends_for_that()
    {
        var world = Running(Hog);
        world.Post(Counted(oom: 1, kills: 1)).Forget().Signal(Signal.Term).TellsAmongOthers("SIGTERM hog", "hog killed by SIGTERM");
        world.NeverTold("hog killed by SIGTERM, out of memory: its memory_max of 64MiB");
    }

    private static World Running(ServiceSettings service)
    {
        var world = new World(service);
        world.Begin().Forget();
        return world;
    }

    private static SystemEvent.OutOfMemory Counted(long oom, long kills, long whole = 0, long run = 1) =>
        new(run, default, new OomCounts(oom, oom, kills, whole, 0, 0), null);
}
