using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>The descriptor that services find on stdin, and on stdout if their output is discarded.</summary>
internal static unsafe class NullDevice
{
    /// <summary>/dev/null; in a root without it, the reading end of a pipe without a writer, which also reads as empty.</summary>
    public static int Open()
    {
        int descriptor;
        fixed (byte* path = "/dev/null\0"u8)
            descriptor = open(path, O_RDWR | O_CLOEXEC, 0);
        if (descriptor >= 0)
            return descriptor;
        if (!Pipe.Open(out var reading, out var writing).IsSuccess)
            return -1;
        _ = close(writing);
        return reading;
    }
}
