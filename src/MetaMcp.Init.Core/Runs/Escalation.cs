namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// The steps that every cleanup goes through, of a run as of an orphan: its stop signal once, then SIGKILL again and again, ever more
/// slowly. A cleanup that has used up its retries has failed: it is reported, goes on, and takes no place in the queue.
/// </summary>
internal static class Escalation
{
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    /// <summary>The time until the next SIGKILL, after this number of them.</summary>
    public static TimeSpan RetryAfter(int kills)
    {
        var delay = FirstRetry * Math.Pow(2, Math.Min(kills - 1, 10));
        return delay < LongestRetry ? delay : LongestRetry;
    }

    /// <summary>Whether this number of SIGKILL is the last before the cleanup has failed.</summary>
    public static bool IsLast(int kills, int retries) => kills == retries + 1;

    /// <summary>Whether this number of SIGKILL is more than a cleanup may take.</summary>
    public static bool HasFailed(int kills, int retries) => kills > retries + 1;
}
