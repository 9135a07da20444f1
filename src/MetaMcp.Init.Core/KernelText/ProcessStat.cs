using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// The fields of /proc/[pid]/stat (<c>man 5 proc</c>) that show which run a process belongs to. Numbers are those of our PID
/// namespace; 0 stands for a parent, group or session outside of it.
/// </summary>
/// <param name="Pid">The pid, which the kernel reuses.</param>
/// <param name="StartTime">In clock ticks since boot; identifies the process together with the pid.</param>
/// <param name="Parent">The process that started it, or that it was given to.</param>
/// <param name="Group">Its process group.</param>
/// <param name="Session">Its session.</param>
/// <param name="Threads">The number of its threads.</param>
/// <param name="IsDead">It has ended and waits to be collected.</param>
public readonly record struct ProcessStat(int Pid, ulong StartTime, int Parent, int Group, int Session, int Threads, bool IsDead)
{
    /// <summary>
    /// Its first thread sleeps and no signal wakes it (state D), perhaps with the lock of its memory map. The other threads have
    /// files of their own.
    /// </summary>
    public bool IsBlocked { get; init; }

    /// <summary>Its pages in memory, whether they are shared or not; 0 if the file does not tell.</summary>
    public long ResidentPages { get; init; }

    private const int StateAt = 0, ParentAt = 1, GroupAt = 2, SessionAt = 3, ThreadsAt = 17, StartTimeAt = 19, ResidentAt = 21;

    public static bool TryRead(ReadOnlySpan<byte> file, out ProcessStat stat)
    {
        stat = default;
        // The name stands in parentheses and may hold any character, parentheses and newlines too; no field after it does.
        var open = file.IndexOf(" ("u8);
        var close = file.LastIndexOf(") "u8);
        if (open < 0 || close < open || !TryNumber(file[..open], out var pid))
            return false;
        var rest = file[(close + 2)..];
        var state = (byte)0;
        Span<int> numbers = stackalloc int[ThreadsAt + 1];
        ulong startTime = 0;
        var at = 0;
        foreach (var range in rest.Split((byte)' '))
        {
            var field = rest[range];
            switch (at++)
            {
                case StateAt when field.Length == 1:
                    state = field[0];
                    break;
                case ParentAt or GroupAt or SessionAt or ThreadsAt:
                    if (!TryNumber(field, out numbers[at - 1]))
                        return false;
                    break;
                case StartTimeAt:
                    if (!DecimalText.TryRead(field, ulong.MaxValue, out startTime))
                        return false;
                    // The first thread may have ended before the others: then it shows as a zombie, and the process is none.
                    var isDead = state is (byte)'Z' or (byte)'X' && numbers[ThreadsAt] <= 1;
                    stat = new ProcessStat(
                        pid, startTime, numbers[ParentAt], numbers[GroupAt], numbers[SessionAt], numbers[ThreadsAt], isDead)
                    {
                        IsBlocked = state == (byte)'D',
                    };
                    break;
                case ResidentAt when DecimalText.TryRead(field, long.MaxValue, out var pages):
                    stat = stat with { ResidentPages = (long)pages };
                    return state != 0;
            }
        }
        return at > StartTimeAt && state != 0;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out int number)
    {
        var read = DecimalText.TryRead(text, int.MaxValue, out var value);
        number = (int)value;
        return read;
    }
}
