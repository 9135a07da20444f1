using System.Text;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Output;

/// <summary>Descriptor 2 for verbs that print one line and end: <c>write(2)</c>, never the runtime's console.</summary>
internal static unsafe class StandardError
{
    // POSIX: on a pipe that poll reports writable, a write up to this length is done whole or not at all.
    private const int PipeBuf = 4096;

    /// <summary>Writes the line if that is possible at once, cut to the length that a pipe takes whole.</summary>
    public static void TryWriteLine(string line)
    {
        pollfd writable = new() { fd = 2, events = POLLOUT };
        if (poll(&writable, 1, 0) != 1 || (writable.revents & POLLOUT) == 0)
            return;
        Span<byte> bytes = stackalloc byte[PipeBuf];
        _ = Encoding.UTF8.TryGetBytes(line.Length > 1300 ? line[..1300] : line, bytes, out var length);
        bytes[length++] = (byte)'\n';
        fixed (byte* start = bytes)
            _ = write(2, start, (nuint)length);
    }
}
