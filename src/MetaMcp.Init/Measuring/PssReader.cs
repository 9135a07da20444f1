using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Measuring;

/// <summary>
/// PSS of a process (<c>Documentation/filesystems/proc.rst</c>, smaps_rollup): each shared page counts in part.
/// </summary>
internal static class PssReader
{
    /// <summary>
    /// In bytes. False if the process is gone or may not be read. Waits for the lock of its memory map, possibly for ever.
    /// </summary>
    public static bool TryRead(int pid, out long bytes)
    {
        bytes = 0;
        var file = OwnedFile.Open(pid, "smaps_rollup"u8, out _);
        if (file < 0)
            return false;
        Span<byte> buffer = stackalloc byte[4096];
        var pss = KernelFile.Read(file, buffer, out var length).IsSuccess ? NamedFields.Number(buffer[..length], "Pss") : null;
        _ = close(file);
        bytes = (pss ?? 0) * 1024;
        return pss is not null;
    }
}
