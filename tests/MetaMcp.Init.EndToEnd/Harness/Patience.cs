using System.Diagnostics;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>The time that a test waits for an event; only a failure takes as long.</summary>
internal static class Patience
{
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(20);

    /// <summary>For tests of large numbers: thousands of processes on a busy machine.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    /// <summary>
    /// For states of the kernel that cannot be waited for (a stopped process, a full pipe): looks again and again until the condition
    /// holds.
    /// </summary>
    public static async Task Until(Func<bool> holds, string what, TimeSpan? limit = null)
    {
        var start = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(start) > (limit ?? Usual))
                throw new TimeoutException($"never so: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }

    /// <summary>As <see cref="Until"/>, for conditions with a description of what is wrong: looks until that is null.</summary>
    public static async Task UntilNothing(Func<string?> wrong, TimeSpan? limit = null)
    {
        string? last = null;
        try
        {
            await Until(() => (last = wrong()) is null, "nothing is wrong", limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"still so: {last}");
        }
    }
}
