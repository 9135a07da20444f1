using System.Text;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Reading;

/// <summary>The space of the disks that paths are on, as a <see cref="DiskAnswer"/> on stdout.</summary>
internal static unsafe class SpaceOfPaths
{
    /// <returns>0; 1 if the answer cannot be written.</returns>
    public static int Tell(ReadOnlySpan<string> paths)
    {
        for (var at = 0; at < paths.Length; at++)
        {
            var error = Read(paths[at], out var space);
            // At once: the next system call may never return.
            if (!Say(error.IsSuccess ? DiskAnswer.Line(at, space) : DiskAnswer.Line(at, error)))
                return ExitCodes.Failure;
        }
        return ExitCodes.Success;
    }

    private static Errno Read(string path, out DiskSpace space)
    {
        Span<byte> buffer = stackalloc byte[1024];
        statvfs found = default;
        space = default;
        int result;
        fixed (byte* name = PathText.Terminated(path, buffer))
            result = get_statvfs(name, &found);
        if (result != 0)
            return LastError;
        // A file system may count more free blocks than it has, and fewer than none available (a negative number) where root has used the
        // part that was kept for it.
        var free = Math.Min(found.f_bfree, found.f_blocks);
        var available = found.f_bavail > found.f_blocks ? 0 : found.f_bavail;
        space = new DiskSpace(
            Bytes(found.f_blocks, found.f_frsize), Bytes(found.f_blocks - free, found.f_frsize), Bytes(available, found.f_frsize));
        return Errno.None;
    }

    /// <summary>Nonsense of a file system is cut to the greatest number and not taken for a small one.</summary>
    private static long Bytes(ulong blocks, ulong size) => (long)UInt128.Min((UInt128)blocks * size, long.MaxValue);

    private static bool Say(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line);
        fixed (byte* start = bytes)
            return write(1, start, (nuint)bytes.Length) == bytes.Length;
    }
}
