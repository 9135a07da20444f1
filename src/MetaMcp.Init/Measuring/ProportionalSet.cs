using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Measuring;

/// <summary>PSS of a process (<c>Documentation/filesystems/proc.rst</c>, smaps_rollup): what it shares counts for its part of it.</summary>
internal static class ProportionalSet
{
    /// <summary>In bytes. False where it is gone or may not be read. Waits for the lock of its memory map, for ever if need be.</summary>
    public static bool TryRead(int pid, out long bytes)
    {
        bytes = 0;
        Span<byte> buffer = stackalloc byte[4096];
        if (!ProcessOwner.TryRead(ProcFile.Read(pid, "status"u8, buffer), out var owner))
            return false;
        // It may be read by its own user; by another only with CAP_SYS_PTRACE, which Docker does not give to root (man 2 ptrace,
        // PTRACE_MODE_READ_FSCREDS). The group first, as long as we are who may change it.
        var group = setfsgid(owner.Gid);
        var user = setfsuid(owner.Uid);
        var pss = NamedFields.Number(ProcFile.Read(pid, "smaps_rollup"u8, buffer), "Pss");
        _ = setfsuid((uint)user);
        _ = setfsgid((uint)group);
        bytes = (pss ?? 0) * 1024;
        return pss is not null;
    }
}
