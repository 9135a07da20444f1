using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>Bytes that no process can guess (<c>man 2 getrandom</c>).</summary>
internal static unsafe class RandomKey
{
    /// <summary>Fills the whole span, at most 256 bytes, without waiting.</summary>
    public static ReadOnlySpan<byte> Draw(Span<byte> key)
    {
        fixed (byte* start = key)
        {
            // EAGAIN: the machine has just booted and has not gathered enough entropy. PID 1 takes what there is rather than wait.
            if (getrandom(start, (nuint)key.Length, GRND_NONBLOCK) != key.Length)
                _ = getrandom(start, (nuint)key.Length, GRND_INSECURE);
        }
        return key;
    }
}
