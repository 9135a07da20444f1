using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>A pipe between us and a child; both ends close on exec.</summary>
internal static unsafe class Pipe
{
    /// <summary>The reading end is ours and does not block; a child gets the writing end, which does, as programs expect.</summary>
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

    /// <summary>The other way round: a child gets the reading end, which blocks; the writing end is ours and does not.</summary>
    public static Errno OpenForInput(out int reading, out int writing)
    {
        var ends = stackalloc int[2];
        reading = writing = -1;
        if (pipe2(ends, O_CLOEXEC) != 0)
            return LastError;
        (reading, writing) = (ends[0], ends[1]);
        _ = fcntl(writing, F_SETFL, O_NONBLOCK);
        return Errno.None;
    }
}
