using System.Diagnostics;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>How long a test waits for what must come; only a failure ever takes as long.</summary>
internal static class Patience
{
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(20);

    /// <summary>For work whose amount is the point: thousands of processes on a busy machine.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    /// <summary>
    /// For states of the kernel that announce themselves to nobody (a stopped process, a full pipe): looks until it is so.
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

    /// <summary>The same where what is wrong is worth saying: looks until it is nothing.</summary>
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
