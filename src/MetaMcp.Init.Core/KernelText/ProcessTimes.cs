using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// The processor time of a process in /proc/[pid]/stat (<c>man 5 proc</c>), with that of its children that it has collected: of a parent
/// and a child that comes and goes, the sum never falls.
/// </summary>
/// <param name="User">In user mode.</param>
/// <param name="System">In the kernel.</param>
public readonly record struct ProcessTimes(TimeSpan User, TimeSpan System)
{
    /// <summary>A second has so many ticks in /proc on every architecture that we build for (USER_HZ).</summary>
    public const int TicksPerSecond = 100;

    private const int UserAt = 11, SystemAt = 12, ChildrenUserAt = 13, ChildrenSystemAt = 14;

    private const ulong MostTicks = long.MaxValue / (TimeSpan.TicksPerSecond / TicksPerSecond) / 2;

    public static bool TryRead(ReadOnlySpan<byte> file, out ProcessTimes times) => TryRead(file, out times, out _);

    /// <summary>The same, and without its children.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, out ProcessTimes times, out ProcessTimes own)
    {
        times = own = default;
        // The name stands in parentheses and may hold any character; no field after it does.
        var close = file.LastIndexOf(") "u8);
        if (close < 0)
            return false;
        var rest = file[(close + 2)..];
        ulong user = 0, system = 0;
        var at = 0;
        foreach (var range in rest.Split((byte)' '))
        {
            if (at >= UserAt)
            {
                if (!DecimalText.TryRead(rest[range], MostTicks, out var ticks))
                    return false;
                if (at is UserAt or ChildrenUserAt)
                    user += ticks;
                else
                    system += ticks;
            }
            if (at == SystemAt)
                own = new ProcessTimes(Time(user), Time(system));
            if (at++ == ChildrenSystemAt)
            {
                times = new ProcessTimes(Time(user), Time(system));
                return true;
            }
        }
        return false;
    }

    /// <summary>The time of clock ticks.</summary>
    public static TimeSpan Time(ulong ticks) =>
        TimeSpan.FromTicks((long)Math.Min(ticks, MostTicks) * (TimeSpan.TicksPerSecond / TicksPerSecond));
}
