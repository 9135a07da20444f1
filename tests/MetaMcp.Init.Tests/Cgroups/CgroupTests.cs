using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.Tests.Cgroups;

public sealed class CgroupTests
{
    [Fact]
    public async Task A_signal_goes_to_every_member_and_to_those_below_and_to_no_other_process()
    {
        using var own = new OwnCgroup();
        var (family, stranger) = (own.Make("family"), own.Make("stranger"));
        own.Start(family, Files.Program("hang"));
        own.Start(Directory.CreateDirectory(Path.Combine(family, "below")).FullName, Files.Program("hang"));
        own.Start(stranger, Files.Program("hang"));
        Assert.Equal(2, CgroupMembers.Find(family).Count);
        CgroupMembers.Signal(family, Signal.Term);
        await Patience.Until(() => !OwnCgroup.IsPopulated(family), "both have ended");
        Assert.True(OwnCgroup.IsPopulated(stranger));
    }

    [Fact]
    public async Task Processes_that_are_never_the_same_are_killed_one_by_one_too()
    {
        using var own = new OwnCgroup();
        var tree = Tree(own);
        var cgroup = tree.Create("bomb", 1, new CgroupLimits(), out _, out _)!;
        own.Start(cgroup.Directory, Files.Program("bomb"), "50");
        cgroup.KillEach();
        await Patience.Until(() => !cgroup.IsPopulated, "all have ended");
        Assert.False(cgroup.HasMembersBeside([]));
        cgroup.Remove();
        Assert.False(Directory.Exists(cgroup.Directory));
    }

    [Fact]
    public async Task A_cgroup_that_cannot_be_removed_yet_is_removed_with_the_next_one()
    {
        using var own = new OwnCgroup();
        var tree = Tree(own);
        var busy = tree.Create("busy", 1, new CgroupLimits(), out _, out _)!;
        own.Start(busy.Directory, Files.Program("hang"));
        busy.Remove();
        Assert.True(Directory.Exists(busy.Directory));
        // The name is in use, so the next run gets another directory.
        var again = tree.Create("busy", 2, new CgroupLimits(), out _, out _)!;
        Assert.EndsWith("/busy+2", again.Directory, StringComparison.Ordinal);
        busy.Signal(Signal.Kill);
        await Patience.Until(() => !OwnCgroup.IsPopulated(busy.Directory), "it has ended");
        again.Remove();
        Assert.Empty(Directory.GetDirectories(tree.Workload));
    }

    [Fact]
    public void A_limit_the_kernel_does_not_take_is_named_and_leaves_no_directory()
    {
        using var own = new OwnCgroup();
        var tree = Tree(own);
        Directory.CreateDirectory(Path.Combine(own.FullName, "workload", "first"));
        var second = tree.Create("first", 7, new CgroupLimits(), out var step, out var error);
        Assert.Equal(("mkdir", Errno.None), (step, error));
        Assert.EndsWith("first+7", second!.Directory, StringComparison.Ordinal);
        Assert.Null(tree.Create("first", 7, new CgroupLimits(), out step, out error));
        Assert.Equal(("mkdir", Errno.EEXIST), (step, error.Number));
    }

    [Fact]
    public void Leftovers_of_an_earlier_life_are_cleared_away()
    {
        using var own = new OwnCgroup();
        Directory.CreateDirectory(Path.Combine(own.FullName, "workload", "old", "deeper"));
        var tree = Tree(own);
        Assert.Empty(Directory.GetDirectories(tree.Workload));
        tree.Dismantle();
        Assert.False(Directory.Exists(tree.Workload));
    }

    [Fact]
    public void A_threaded_cgroup_is_no_place_for_a_tree()
    {
        using var own = new OwnCgroup();
        var child = own.Make("child");
        File.WriteAllText(Path.Combine(child, "cgroup.type"), "threaded");
        Assert.Null(CgroupTree.SetUp(child, new LimitSettings(), out var outcome));
        Assert.Equal(CgroupObstacle.Threaded, outcome.Obstacle);
    }

    // The directory stands for a container's root. It has no processes, so none is moved.
    private static CgroupTree Tree(OwnCgroup own)
    {
        var tree = CgroupTree.SetUp(own.FullName, new LimitSettings(), out var outcome);
        Assert.True(outcome.IsGranted, outcome.Reason);
        return tree!;
    }
}
