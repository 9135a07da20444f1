using System.Globalization;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Placing;

/// <summary>
/// <c>mcp-init place DIR</c>: moves a process into a cgroup. PID 1 starts it before the process is known, and then writes the pid and the
/// start time to descriptor 0. The kernel takes a number and not a pidfd, and the number may belong to another process by the time it is
/// written. So a pidfd is asked before and after; where it was another process, that one is moved back.
/// </summary>
internal static unsafe class PlaceVerb
{
    /// <summary>
    /// The exit code for a child of PID 1 that was moved instead: PID 1 knows the cgroup that the child belongs to. No error number is as
    /// high.
    /// </summary>
    public const int Intruder = 200;

    /// <returns>0, also where no process is named; the number of the error; <see cref="Intruder"/>; ESRCH also where the process has
    /// ended; 100 if the arguments are wrong.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        if (args is not [var directory])
            return ExitCodes.Configuration;
        // The first move in a while waits for all processors (RCU), and those right after it do not: this one changes nothing.
        if (RootOf(directory) is { } root)
            _ = KernelFile.Write($"{root}{Own}/cgroup.procs", "0");
        if (!TryReadProcess(out var pid, out var startTime))
            return ExitCodes.Success;
        var descriptor = pidfd_open(pid, 0);
        if (descriptor < 0)
            return LastError.Number;
        if (!ProcessTable.TryRead(pid, out var stat) || stat.StartTime != startTime || HasEnded(descriptor))
            return Errno.ESRCH;
        var number = pid.ToString(CultureInfo.InvariantCulture);
        if (KernelFile.Write($"{directory}/cgroup.procs", number) is { IsSuccess: false } error)
            return error.Number;
        return HasEnded(descriptor) ? MoveBack(pid, number, directory) : ExitCodes.Success;
    }

    private const string Own = "/init", Below = "/workload/";

    private static string? RootOf(string directory) =>
        directory.LastIndexOf(Below, StringComparison.Ordinal) is >= 0 and var root ? directory[..root] : null;

    /// <summary>Waits for the one line of PID 1; false if it closes the pipe instead.</summary>
    private static bool TryReadProcess(out int pid, out ulong startTime)
    {
        (pid, startTime) = (0, 0);
        Span<byte> line = stackalloc byte[64];
        nint count;
        fixed (byte* start = line)
            count = read(0, start, (nuint)line.Length);
        var text = line[..(int)Math.Max(0, count)].TrimEnd((byte)'\n');
        var space = text.IndexOf((byte)' ');
        if (space < 0 || !DecimalText.TryRead(text[..space], int.MaxValue, out var number) ||
            !DecimalText.TryRead(text[(space + 1)..], ulong.MaxValue, out startTime))
            return false;
        pid = (int)number;
        return pid > 0;
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
        return RootOf(directory) is { } root && SelfCgroup.Unified(KernelFile.ReadAll("/proc/self/cgroup")) is { } own &&
            own.EndsWith(Own, StringComparison.Ordinal) &&
            SelfCgroup.Unified(KernelFile.ReadAll($"/proc/{pid}/cgroup")) is { } path &&
            path.StartsWith(own[..^Own.Length], StringComparison.Ordinal)
            ? root + path[(own.Length - Own.Length)..] : null;
    }

    private static bool HasEnded(int descriptor)
    {
        pollfd readable = new() { fd = descriptor, events = POLLIN };
        return poll(&readable, 1, 0) != 0;
    }
}
