using System.Text;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Pages;

/// <summary>
/// The output of a verb, written straight to the descriptor: the runtime's console would add 0.2 MB to the binary for encodings,
/// colours and terminals that no verb needs.
/// </summary>
internal static unsafe class Page
{
    /// <summary>The descriptor of the output, whose reader may go.</summary>
    public const int Output = 1;

    private static Errno _failure;

    /// <summary>False once the output takes no more: what comes later is dropped too, so that nothing stands behind a hole.</summary>
    public static bool Out(string text) => Out(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Out(string)"/>
    public static bool Out(ReadOnlySpan<byte> utf8)
    {
        if (_failure.IsSuccess)
            _failure = Write(Output, utf8);
        return _failure.IsSuccess;
    }

    public static void Error(string line) => _ = Write(2, Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>
    /// The exit code of a verb that is done, which would be this one: output that was cut is no success. Without a reader nobody is to
    /// be told, as with other programs, which die of SIGPIPE.
    /// </summary>
    public static int ExitCode(int code)
    {
        if (_failure.IsSuccess)
            return code;
        if (_failure.Number != Errno.EPIPE)
            Error($"mcp-init: stdout: {_failure}");
        return code != ExitCodes.Success ? code : _failure.Number == Errno.EPIPE ? ExitCodes.WithoutReader : ExitCodes.System;
    }

    /// <summary>Writes all bytes and waits for a slow reader.</summary>
    private static Errno Write(int file, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes)
                written = write(file, start, (nuint)bytes.Length);
            if (written >= 0)
                bytes = bytes[(int)written..];
            else if (LastError.Number == Errno.EAGAIN)
                // Whoever shares it with us has made it so.
                AwaitRoom(file);
            else if (LastError.Number != Errno.EINTR)
                return LastError;
        }
        return Errno.None;
    }

    private static void AwaitRoom(int file)
    {
        var writable = new pollfd { fd = file, events = POLLOUT };
        _ = poll(&writable, 1, -1);
    }
}
