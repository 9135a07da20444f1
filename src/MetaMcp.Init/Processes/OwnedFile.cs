using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>
/// A file of /proc that only the owner of a process may open, or a process with CAP_SYS_PTRACE, which Docker does not give to root
/// (<c>man 2 ptrace</c>, PTRACE_MODE_READ_FSCREDS): it is opened as the owner, and read as ourselves. Allocates nothing.
/// </summary>
internal static unsafe class OwnedFile
{
    /// <summary>Opens the file for reading; negative if that failed.</summary>
    public static int Open(int pid, ReadOnlySpan<byte> name, out Errno error)
    {
        Span<byte> buffer = stackalloc byte[4096];
        if (!ProcessOwner.TryRead(ProcFile.Read(pid, "status"u8, buffer, out error), out var owner))
            return -1;
        // A change of the user clears both the death signal and the dumpable flag; without the flag a docker exec could not open
        // /proc/1/fd/1.
        int deathSignal;
        _ = prctl(PR_GET_PDEATHSIG, (nuint)(&deathSignal), 0, 0, 0);
        var dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
        // The group first, while we still have the privilege to change it.
        var group = setfsgid(owner.Gid);
        var user = setfsuid(owner.Uid);
        var file = ProcFile.Open(pid, name);
        error = file < 0 ? LastError : Errno.None;
        _ = setfsuid((uint)user);
        _ = setfsgid((uint)group);
        if (dumpable == 1)
            _ = prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        if (deathSignal > 0)
            _ = prctl(PR_SET_PDEATHSIG, (nuint)deathSignal, 0, 0, 0);
        return file;
    }
}
