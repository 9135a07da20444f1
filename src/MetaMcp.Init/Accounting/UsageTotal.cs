using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Accounting;

/// <summary>
/// The figures of some runs together. Those of a run that are not known are left out, since a run that has just ended has none; a sum of
/// nothing is not known.
/// </summary>
internal static class UsageTotal
{
    /// <returns>Null if nothing is known.</returns>
    public static Usage? Of(IEnumerable<Usage> usages)
    {
        Usage? sum = null;
        foreach (var usage in usages)
        {
            if (usage is { Memory: null, CpuTime: null, Tasks: null })
                continue;
            sum = sum is null ? usage with { Peak = null, MemoryPressure = null, CpuPressure = null, IoPressure = null }
                : new Usage(Sum(sum.Memory, usage.Memory), sum.IsEstimate || usage.IsEstimate)
                {
                    Current = Sum(sum.Current, usage.Current),
                    Swap = Sum(sum.Swap, usage.Swap),
                    CpuTime = Sum(sum.CpuTime, usage.CpuTime),
                    IsCpuEstimate = sum.IsCpuEstimate || usage.IsCpuEstimate,
                    UserTime = Sum(sum.UserTime, usage.UserTime),
                    SystemTime = Sum(sum.SystemTime, usage.SystemTime),
                    Throttled = Sum(sum.Throttled, usage.Throttled),
                    Tasks = Sum(sum.Tasks, usage.Tasks),
                    Processes = Sum(sum.Processes, usage.Processes),
                    Descriptors = Sum(sum.Descriptors, usage.Descriptors),
                };
        }
        return sum;
    }

    private static long? Sum(long? one, long? other) => one is null ? other : one + (other ?? 0);

    private static int? Sum(int? one, int? other) => one is null ? other : one + (other ?? 0);

    private static TimeSpan? Sum(TimeSpan? one, TimeSpan? other) => one is null ? other : one + (other ?? TimeSpan.Zero);
}
