using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// A line of memory.pressure, cpu.pressure or io.pressure (<c>Documentation/accounting/psi.rst</c>):
/// <c>some avg10=0.00 avg60=0.00 avg300=0.00 total=0</c>.
/// </summary>
/// <param name="Average10">The part of the last ten seconds, in per cent.</param>
/// <param name="Total">The time in all.</param>
public readonly record struct PressureShares(double Average10, TimeSpan Total)
{
    /// <param name="file">The text.</param>
    /// <param name="kind"><c>some</c>: a process waited; <c>full</c>: all of them did.</param>
    /// <returns>Null if there is no such line: before Linux 5.13 cpu.pressure has no <c>full</c>.</returns>
    public static PressureShares? Find(ReadOnlySpan<byte> file, ReadOnlySpan<byte> kind)
    {
        while (ColonFields.TryLine(ref file, out var line))
        {
            if (!line.StartsWith(kind) || line.Length == kind.Length || line[kind.Length] != (byte)' ')
                continue;
            double? average = null;
            TimeSpan? total = null;
            foreach (var range in line.Split((byte)' '))
            {
                if (After(line[range], "avg10="u8) is { IsEmpty: false } part)
                    average = Hundredths(part);
                else if (After(line[range], "total="u8) is { IsEmpty: false } time && DecimalText.TryRead(time, Longest, out var micros))
                    total = TimeSpan.FromMicroseconds(micros);
            }
            return average is { } known && total is { } sum ? new PressureShares(known, sum) : null;
        }
        return null;
    }

    /// <summary>In microseconds: what a <see cref="TimeSpan"/> holds.</summary>
    private const ulong Longest = long.MaxValue / 10;

    private static ReadOnlySpan<byte> After(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name) =>
        field.StartsWith(name) ? field[name.Length..] : [];

    /// <summary>The kernel writes two digits after the point, always.</summary>
    private static double? Hundredths(ReadOnlySpan<byte> text) =>
        text is [.. var whole, (byte)'.', var tenths, var hundredths] && DecimalText.TryRead(whole, 1000, out var number) &&
        DecimalText.TryRead([tenths, hundredths], 99, out var rest) ? number + (rest / 100.0) : null;
}
