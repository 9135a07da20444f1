using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launch;

/// <summary>The client's descriptors, which the server has by now and of which a guard must hold none but stdin and stderr.</summary>
internal static unsafe class InheritedDescriptors
{
    /// <summary>
    /// Clients wait for the last writer of stdout. Others may be waited for as well; those that the client gave us are those that are
    /// not closed on exec.
    /// </summary>
    public static void LetGo()
    {
        if (NullDevice.Open() is >= 0 and var nothing)
        {
            _ = dup3(nothing, 1, O_CLOEXEC);
            _ = close(nothing);
        }
        int directory;
        fixed (byte* path = "/proc/self/fd\0"u8)
            directory = open(path, O_RDONLY | O_CLOEXEC, 0);
        if (directory < 0)
            return;
        var entries = new DirectoryReader(directory, stackalloc byte[1024]);
        while (entries.TryNext(out var name, out _))
        {
            if (DecimalText.TryRead(name, int.MaxValue, out var number) && number > 2 && fcntl((int)number, F_GETFD, 0) == 0)
                _ = close((int)number);
        }
        _ = close(directory);
    }
}
