using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>Bytes that nobody can guess (<c>man 2 getrandom</c>).</summary>
internal static unsafe class RandomKey
{
    /// <summary>Fills all of it, at most 256 bytes, without waiting.</summary>
    public static ReadOnlySpan<byte> Draw(Span<byte> key)
    {
        fixed (byte* start = key)
        {
            // EAGAIN: a machine that has just booted, and has not gathered enough yet. What it has is better than to wait for more.
            if (getrandom(start, (nuint)key.Length, GRND_NONBLOCK) != key.Length)
                _ = getrandom(start, (nuint)key.Length, GRND_INSECURE);
        }
        return key;
    }
}
