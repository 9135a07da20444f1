using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;

namespace MetaMcp.Init.Launching;

/// <summary>The runs of launched servers: the cgroup before there is a process, the grant, and the run itself.</summary>
/// <param name="runs">Gets each run as soon as its process is in its place.</param>
/// <param name="memory">Tells of kills for memory.</param>
/// <param name="cookie">Gives each run the value by which its processes are known.</param>
/// <param name="tree">Null without cgroups.</param>
internal sealed class LaunchedRuns(RunTable runs, MemoryWatch memory, InstanceCookie cookie, CgroupTree? tree)
{
    /// <summary>The longest name of a directory is 255 bytes; a number and a mark follow.</summary>
    private const int MostOfName = 220;

    public RunTable Runs => runs;

    /// <summary>Makes the cgroup of a run; null without cgroups, and where that failed.</summary>
    /// <param name="run">The number of the run.</param>
    /// <param name="server">Its settings.</param>
    /// <param name="problem">The reason of a failure; null for none.</param>
    /// <param name="isShortage">Whether the same may succeed later.</param>
    public InstanceCgroup? MakeCgroup(long run, ServerSettings server, out string? problem, out bool isShortage)
    {
        (problem, isShortage) = (null, false);
        if (tree is null)
            return null;
        var cgroup = tree.Create($"{DirectoryOf(server.Name)}@{run}", run, server.Limits, out var step, out var error);
        if (cgroup is null)
            (problem, isShortage) = ($"{step}: {error}", error.MayPass);
        return cgroup;
    }

    /// <summary>
    /// The frame for the shim. Its process applies the attributes itself, with the rights that it has: a user, a group or a capability that
    /// the client could not take is refused by the kernel, and none is lent.
    /// </summary>
    public LaunchGrant GrantOf(long run, ServerSettings server) => new()
    {
        Id = cookie.IdOf(run),
        Instance = cookie.Of(run),
        Name = server.Name,
        Shim = server.Shim,
        Command = server.Command,
        // Without the mark behind which the command stands: the shim has both.
        Exec = ExecArguments.Encode(new ExecRequest { Attributes = server.Attributes, Command = [] })[..^1],
        Unwrap = server.Unwrap,
        Environment = server.Environment,
        IdleAfter = server.IdleAfter,
        IsStarting = true,
    };

    /// <summary>The process is in its place: false if it has ended, or is a later one with its pid.</summary>
    public bool Begin(long run, ServerSettings server, ProcessKey main, InstanceCgroup? cgroup)
    {
        if (!ProcessTable.TryRead(main.Pid, out var stat) || stat.IsDead || stat.StartTime != main.StartTime)
            return false;
        var launched = new ServiceRun(run, server.Name) { IsNested = true, IsApplied = true, Cgroup = cgroup };
        runs.AddLaunched(launched, stat);
        launched.LearnUser();
        memory.Start(launched);
        launched.IsFollowed = true;
        return true;
    }

    /// <summary>
    /// A child of ours was moved into the cgroup of a launch, since it had got the pid of the process that was meant. It goes back to the
    /// cgroup of its run, or to our own. PID 1 does that itself, since only it knows that the pid is still the child's.
    /// </summary>
    public void MoveBack(int pid, string directory)
    {
        if (tree is null || !CgroupMembers.Find(directory).Contains(pid) || !Reaper.IsChild(pid))
            return;
        var home = runs.FindByMain(pid) is { Cgroup: { } own } ? own.Directory : Outside(tree);
        _ = KernelFile.Write($"{home}/cgroup.procs", $"{pid}");
    }

    /// <summary>The cgroup of a run, or for 0 our own; null without cgroups, and of a run that is over.</summary>
    public string? HomeOf(long run) => tree is null ? null : run == 0 ? Outside(tree) : runs.Find(run)?.Cgroup?.Directory;

    private static string Outside(CgroupTree tree) => $"{tree.Root}/init";

    /// <summary>The name of a client becomes one of a directory: without a slash, and not too long.</summary>
    private static string DirectoryOf(string name)
    {
        var one = name.Replace('/', '-');
        while (System.Text.Encoding.UTF8.GetByteCount(one) > MostOfName)
            one = one[..^1];
        return one;
    }
}
