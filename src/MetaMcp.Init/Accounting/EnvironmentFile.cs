using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Accounting;

/// <summary>The environment of another process, opened as ourselves or as its owner.</summary>
internal static class EnvironmentFile
{
    /// <returns>The number of bytes; 0 if it may not be read.</returns>
    public static int Read(int pid, Span<byte> buffer)
    {
        var file = ProcFile.Open(pid, "environ"u8);
        if (file < 0 && LastError.Number is Errno.EACCES or Errno.EPERM)
            file = OwnedFile.Open(pid, "environ"u8, out _);
        if (file < 0)
            return 0;
        _ = KernelFile.Read(file, buffer, out var length);
        _ = close(file);
        return length;
    }
}
