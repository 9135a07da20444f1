using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>
/// The run that a process names in its environment. Root may not read the environment of another user's process without CAP_SYS_PTRACE,
/// which Docker does not give; its own user may (<c>man 2 ptrace</c>, PTRACE_MODE_READ_FSCREDS), so it is opened as that one.
/// </summary>
internal static unsafe class ProcessEnvironment
{
    /// <summary>More than any environment that a service is given; what is longer is searched so far.</summary>
    private const int Most = 1 << 18;

    /// <summary>
    /// 0 where it names none of ours, or cannot be read. Behind the lock of the memory map of the process: see
    /// <see cref="ProcessTable.IsBlocked"/>.
    /// </summary>
    /// <param name="pid">The process.</param>
    /// <param name="cookie">Tells our runs.</param>
    /// <param name="isEmpty">Nothing was read: it has no environment, or does not show it.</param>
    public static long RunOf(int pid, InstanceCookie cookie, out bool isEmpty)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var start = ProcFile.Read(pid, "environ"u8, buffer, out var error);
        if (error.Number is not (Errno.EACCES or Errno.EPERM))
            return RunOf(pid, cookie, start, buffer.Length, out isEmpty);
        isEmpty = true;
        if (!ProcessOwner.TryRead(ProcFile.Read(pid, "status"u8, buffer), out var owner))
            return 0;
        // The kernel takes both from whoever changes the user: the second closes /proc/1/fd/1 to a docker exec.
        int deathSignal;
        _ = prctl(PR_GET_PDEATHSIG, (nuint)(&deathSignal), 0, 0, 0);
        var dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
        // The group first, as long as we are who may change it.
        var group = setfsgid(owner.Gid);
        var user = setfsuid(owner.Uid);
        var run = RunOf(pid, cookie, ProcFile.Read(pid, "environ"u8, buffer), buffer.Length, out isEmpty);
        _ = setfsuid((uint)user);
        _ = setfsgid((uint)group);
        if (dumpable == 1)
            _ = prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        if (deathSignal > 0)
            _ = prctl(PR_SET_PDEATHSIG, (nuint)deathSignal, 0, 0, 0);
        return run;
    }

    private static long RunOf(int pid, InstanceCookie cookie, ReadOnlySpan<byte> start, int room, out bool isEmpty)
    {
        isEmpty = start.IsEmpty;
        return cookie.RunOf(start.Length < room ? start : KernelFile.ReadAll($"/proc/{pid}/environ", Most));
    }
}
