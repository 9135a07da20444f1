using System.Text;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Pages;

/// <summary>
/// The output of a verb, written straight to the descriptor: the runtime's console would add 0.2 MB to the binary for encodings,
/// colours and terminals that no verb needs.
/// </summary>
internal static unsafe class Page
{
    private const int EINTR = 4;

    public static void Out(string text) => Write(1, Encoding.UTF8.GetBytes(text));

    public static void Out(ReadOnlySpan<byte> utf8) => Write(1, utf8);

    public static void Error(string line) => Write(2, Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Writes all bytes and waits for a slow reader; without a reader the rest is dropped.</summary>
    private static void Write(int file, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes)
                written = write(file, start, (nuint)bytes.Length);
            if (written >= 0)
                bytes = bytes[(int)written..];
            else if (LastError.Number != EINTR)
                return;
        }
    }
}
