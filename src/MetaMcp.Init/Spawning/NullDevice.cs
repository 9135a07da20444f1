using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>What services find on stdin, and on stdout where their output is not wanted.</summary>
internal static unsafe class NullDevice
{
    /// <summary>/dev/null; in a root without one the reading end of a pipe nobody writes to, which reads as empty too.</summary>
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
