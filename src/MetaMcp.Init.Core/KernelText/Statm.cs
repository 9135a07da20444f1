using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// /proc/[pid]/statm (<c>man 5 proc</c>): costs microseconds, and does not tell which pages are shared with which process.
/// </summary>
/// <param name="Resident">Pages in memory.</param>
/// <param name="Shared">The number of them that belong to files or shared memory, so that other processes may have them as
/// well.</param>
public readonly record struct Statm(long Resident, long Shared)
{
    public static bool TryRead(ReadOnlySpan<byte> file, out Statm statm)
    {
        statm = default;
        ulong resident = 0;
        var at = 0;
        foreach (var range in file.Split((byte)' '))
        {
            switch (at++)
            {
                case 1 when !DecimalText.TryRead(file[range], long.MaxValue, out resident):
                    return false;
                case 2 when DecimalText.TryRead(file[range], long.MaxValue, out var shared):
                    statm = new Statm((long)resident, (long)shared);
                    return true;
            }
        }
        return false;
    }
}
