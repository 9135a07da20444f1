using System.Text;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>
/// The init makes itself the last process that the out-of-memory killer takes, if it may (CAP_SYS_RESOURCE, which Docker does not
/// give by default). Its children get the score that the init was given: a child copies the score at fork, so for that moment the
/// init sets its own score back (<c>man 5 proc</c>, /proc/[pid]/oom_score_adj).
/// </summary>
internal static unsafe class OomScore
{
    private const string Lowest = "-1000";
    private static int _descriptor = -1;
    private static string _original = "0";

    /// <summary>Only as PID 1: elsewhere other processes of the machine may matter more than this one.</summary>
    public static void Lower()
    {
        if (getpid() != 1)
            return;
        int descriptor;
        fixed (byte* path = "/proc/self/oom_score_adj\0"u8)
            descriptor = open(path, O_RDWR | O_CLOEXEC, 0);
        if (descriptor < 0)
            return;
        Span<byte> text = stackalloc byte[16];
        nint count;
        fixed (byte* start = text)
            count = read(descriptor, start, (nuint)text.Length);
        if (count > 0)
            _original = Encoding.ASCII.GetString(text[..(int)count]).Trim();
        if (Write(descriptor, Lowest))
            _descriptor = descriptor;
        else
            _ = close(descriptor);
    }

    /// <summary>Until disposed, our score is the one that we were given.</summary>
    public static Moment Original()
    {
        if (_descriptor >= 0)
            _ = Write(_descriptor, _original);
        return default;
    }

    private static bool Write(int descriptor, string score)
    {
        var text = Encoding.ASCII.GetBytes(score);
        fixed (byte* start = text)
            return pwrite(descriptor, start, (nuint)text.Length, 0) == text.Length;
    }

    internal readonly struct Moment : IDisposable
    {
        public void Dispose()
        {
            if (_descriptor >= 0)
                _ = Write(_descriptor, Lowest);
        }
    }
}
