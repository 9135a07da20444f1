using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Discarding;

/// <summary>
/// <c>mcp-init discard one|all</c>: receives messages from the datagram socket on descriptor 0 without room for the descriptors that
/// they carry, so the kernel closes these. That may take as long as their sender likes (SO_LINGER, a file system that hangs), so PID
/// 1 leaves it to a child and kills the child when it takes too long.
/// <para>
/// <c>mcp-init discard hold</c>: has inherited connections that PID 1 must not be the last to close. It waits until PID 1 has closed its
/// own copies, and then the pipe on descriptor 0, and ends, which closes them.
/// </para>
/// </summary>
internal static unsafe class DiscardVerb
{
    /// <returns>0; 100 if the arguments are wrong.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        byte none;
        if (args is ["hold"])
        {
            while (read(0, &none, 1) > 0)
                continue;
            return ExitCodes.Success;
        }
        if (args is not ["one" or "all"])
            return ExitCodes.Configuration;
        while (recv(0, &none, 0, MSG_DONTWAIT) >= 0)
            if (args[0] == "one")
                break;
        return ExitCodes.Success;
    }
}
