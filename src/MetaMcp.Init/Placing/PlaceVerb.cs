using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Placing;

/// <summary>
/// <c>mcp-init place PID DIR</c>: moves a process, whose pidfd is on descriptor 0, into a cgroup. The kernel takes a number and not a
/// pidfd, and the number may belong to another process by the time it is written. So the pidfd is asked before and after; where it was
/// another process, that one is moved back.
/// </summary>
internal static unsafe class PlaceVerb
{
    /// <summary>
    /// The exit code for a child of PID 1 that was moved instead: PID 1 knows the cgroup that the child belongs to. No error number is as
    /// high.
    /// </summary>
    public const int Intruder = 200;

    /// <returns>0; the number of the error; <see cref="Intruder"/>; ESRCH also where the process has ended; 100 if the arguments are
    /// wrong.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        if (args is not [var number, var directory] || !DecimalText.TryRead(number, int.MaxValue, out var pid) || pid == 0)
            return ExitCodes.Configuration;
        if (HasEnded())
            return Errno.ESRCH;
        if (KernelFile.Write($"{directory}/cgroup.procs", number) is { IsSuccess: false } error)
            return error.Number;
        return HasEnded() ? MoveBack((int)pid, number, directory) : ExitCodes.Success;
    }

    /// <summary>
    /// The process has ended before it was moved, or since. A process that has its number now, and is in the cgroup, was moved in its
    /// place: it was forked a moment ago, and began in the cgroup of its parent.
    /// </summary>
    private static int MoveBack(int pid, string number, string directory)
    {
        if (!IsListed(number, directory) || !ProcessTable.TryRead(pid, out var stat))
            return Errno.ESRCH;
        if (stat.Parent == getppid())
            return Intruder;
        if (Home(stat.Parent, directory) is { } home)
            _ = KernelFile.Write($"{home}/cgroup.procs", number);
        return Errno.ESRCH;
    }

    private static bool IsListed(string number, string directory)
    {
        var members = KernelFile.ReadAll($"{directory}/cgroup.procs").AsSpan();
        foreach (var range in members.Split((byte)'\n'))
            if (members[range].SequenceEqual(System.Text.Encoding.ASCII.GetBytes(number)))
                return true;
        return false;
    }

    /// <summary>
    /// The directory of the cgroup of a process. Ours is <c>init</c>, beside the <c>workload</c> that the given one is in, which tells how
    /// paths of /proc and of the file system fit together.
    /// </summary>
    private static string? Home(int pid, string directory)
    {
        const string Own = "/init", Below = "/workload/";
        var root = directory.LastIndexOf(Below, StringComparison.Ordinal);
        return root >= 0 && SelfCgroup.Unified(KernelFile.ReadAll("/proc/self/cgroup")) is { } own &&
            own.EndsWith(Own, StringComparison.Ordinal) &&
            SelfCgroup.Unified(KernelFile.ReadAll($"/proc/{pid}/cgroup")) is { } path &&
            path.StartsWith(own[..^Own.Length], StringComparison.Ordinal)
            ? directory[..root] + path[(own.Length - Own.Length)..] : null;
    }

    private static bool HasEnded()
    {
        pollfd readable = new() { fd = 0, events = POLLIN };
        return poll(&readable, 1, 0) != 0;
    }
}
