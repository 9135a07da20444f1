using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>A pipe whose reading end is ours and whose writing end a child gets; both close on exec.</summary>
internal static unsafe class Pipe
{
    /// <summary>Our end does not block; the child's end does, as programs expect of their output.</summary>
    public static Errno Open(out int reading, out int writing)
    {
        var ends = stackalloc int[2];
        reading = writing = -1;
        if (pipe2(ends, O_CLOEXEC) != 0)
            return LastError;
        (reading, writing) = (ends[0], ends[1]);
        // O_NONBLOCK belongs to the open file description, and each end has its own.
        _ = fcntl(reading, F_SETFL, O_NONBLOCK);
        return Errno.None;
    }
}
