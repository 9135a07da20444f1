using System.Collections.Immutable;
using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Tests.Cgroups;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Launching;

/// <summary>A launched server has a cgroup of its own; the tree of the test stands for a container's.</summary>
public sealed unsafe class PlacementTests : IDisposable
{
    private static readonly ServerSettings Server = new() { Name = "@scope/memory" };

    private readonly OwnCgroup _own = new();
    private readonly LaunchKernel _kernel;
    private readonly CgroupTree _tree;

    public PlacementTests()
    {
        _tree = CgroupTree.SetUp(_own.FullName, new LimitSettings(), out var outcome)!;
        Assert.True(outcome.IsGranted, outcome.Reason);
        _kernel = new LaunchKernel(_tree);
    }

    private string Directory => $"{_tree.Workload}/@scope-memory@7";

    [Fact]
    public void The_process_is_moved_before_it_is_told_to_go()
    {
        using var client = new Launcher(_kernel.Path);
        var main = Named(client, out var id);
        Assert.Equal("", Members());
        _kernel.Perform(new Effect.PlaceLaunch(id, 7, main));
        Assert.Equal(main, _kernel.Next<LaunchEvent.Placed>().Main);
        Assert.Equal($"{main.Pid}", Members());
        Assert.Equal(Directory, _kernel.Runs.Find(7)!.Cgroup!.Directory);
        _kernel.Perform(new Effect.SignalRun(7, main.Pid, Signal.Kill));
        _kernel.Perform(new Effect.WatchMain(7, main.Pid, main.StartTime));
        _kernel.Until(() => _kernel.Others.Exists(e => e is Core.Lifecycle.SystemEvent.MainEnded(7, _, OthersLeft: false)));
        _kernel.Perform(new Effect.EndLaunch(id, null));
        Assert.Equal("killed", client.Do("kill"));
        Gone();
    }

    [Fact]
    public void The_cgroup_of_a_launch_that_came_to_nothing_is_removed()
    {
        using var client = new Launcher(_kernel.Path);
        var main = Named(client, out var id);
        Assert.Equal("killed", client.Do("kill"));
        _kernel.Perform(new Effect.PlaceLaunch(id, 7, main));
        Assert.False(_kernel.Next<LaunchEvent.NotPlaced>().IsShortage);
        Assert.Null(_kernel.Runs.Find(7));
        _kernel.Perform(new Effect.RefuseLaunch(id, RefusalCode.Invalid, "No.", []));
        Gone();
    }

    /// <summary>The answer of the child finds no launch; its cgroup goes with it, and no run begins.</summary>
    [Fact]
    public void A_launch_that_is_refused_while_its_process_is_moved_leaves_nothing()
    {
        using var client = new Launcher(_kernel.Path);
        var main = Named(client, out var id);
        _kernel.Perform(new Effect.PlaceLaunch(id, 7, main));
        _kernel.Perform(new Effect.RefuseLaunch(id, RefusalCode.Invalid, "No.", []));
        Assert.Equal("killed", client.Do("kill"));
        Gone();
        Assert.Null(_kernel.Runs.Find(7));
        Assert.DoesNotContain(_kernel.Told, told => told.Event is LaunchEvent.Placed);
    }

    /// <summary>The shim of an <c>exec</c> has a refusal to tell, so it is not killed with the cgroup.</summary>
    [Fact]
    public void A_process_that_was_moved_too_late_goes_back_to_where_its_client_is()
    {
        using var client = new Launcher(_kernel.Path);
        var main = Named(client, out var id);
        _kernel.Perform(new Effect.PlaceLaunch(id, 7, main));
        _kernel.Perform(new Effect.RefuseLaunch(id, RefusalCode.Shortage, "No.", []));
        _kernel.Until(() => File.ReadAllText($"{_tree.Root}/init/cgroup.procs").Split('\n').Contains($"{main.Pid}"));
        Gone();
    }

    [Fact]
    public void The_verb_moves_no_process_once_the_one_that_is_meant_has_ended()
    {
        using var client = new Launcher(_kernel.Path);
        var directory = _own.Make("workload/x");
        Assert.True(Pipe.Open(out var reading, out var writing).IsSuccess);
        Assert.Equal(0, (int)fcntl(reading, F_SETFL, 0));
        ReadOnlySpan<DescriptorMapping> mappings = [new(reading, 0)];
        Assert.True(Spawner.SpawnOurselves(
            ["mcp-init", "place", directory], ImmutableSortedDictionary<string, string>.Empty, mappings, out var verb).IsSuccess);
        _ = close(reading);
        // The pid of the child, and the start time of another process: so it is where the pid has come round.
        var line = System.Text.Encoding.ASCII.GetBytes($"{client.StartChild()} 1\n");
        fixed (byte* start = line)
            Assert.Equal(line.Length, (int)write(writing, start, (nuint)line.Length));
        _ = close(writing);
        siginfo_t info = default;
        Assert.Equal(0, waitid(P_PID, (uint)verb, &info, WEXITED));
        Assert.Equal((CLD_EXITED, Errno.ESRCH), (info.si_code, info.si_status));
        Assert.Equal("", File.ReadAllText($"{directory}/cgroup.procs"));
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _own.Dispose();
    }

    private ProcessKey Named(Launcher client, out long id)
    {
        id = _kernel.Ask(client);
        _kernel.Perform(new Effect.GrantLaunch(id, 7, Server));
        Assert.Empty(_kernel.Told);
        Assert.Contains("granted", client.Do("read"), StringComparison.Ordinal);
        Assert.True(System.IO.Directory.Exists(Directory));
        Assert.Equal("sent", client.Do($$"""send {"verb":"place","pid":{{client.StartChild()}}}"""));
        return _kernel.Next<LaunchEvent.Named>().Main;
    }

    private string Members() => File.ReadAllText($"{Directory}/cgroup.procs").Trim();

    private void Gone() => _kernel.Until(() =>
    {
        _tree.Removal.Retry();
        return !System.IO.Directory.Exists(Directory);
    });
}
