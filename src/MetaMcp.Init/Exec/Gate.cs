using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>
/// Holds the second stage back until the process that started it has found it a place. Meanwhile it has the client's streams and has
/// done nothing; if that process dies, the end of the pipe ends the second stage too.
/// </summary>
internal static unsafe class Gate
{
    /// <summary>True if the byte came. The descriptor is closed: the command must not have it.</summary>
    public static bool Wait(int descriptor)
    {
        byte opened;
        nint count;
        do
            count = read(descriptor, &opened, 1);
        while (count < 0 && LastError.Number == Errno.EINTR);
        if (count < 0)
            throw ExecFailedException.Of(ExecStep.Descriptors, LastError, $"--gate {descriptor}");
        _ = close(descriptor);
        return count == 1;
    }
}
