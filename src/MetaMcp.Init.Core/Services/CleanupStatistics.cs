namespace MetaMcp.Init.Core.Services;

/// <summary>The endings of a service's runs.</summary>
/// <param name="Clean">Runs that ended when they were asked, or by themselves.</param>
/// <param name="Killed">Runs that SIGKILL ended.</param>
/// <param name="Failed">Runs that outlived every retry of SIGKILL.</param>
/// <param name="Last">The time that the last ending took, from its beginning until none of the run's processes was left.</param>
/// <param name="Worst">The longest of these times.</param>
public readonly record struct CleanupStatistics(long Clean, long Killed, long Failed, TimeSpan Last, TimeSpan Worst)
{
    public CleanupStatistics With(TimeSpan took, bool isKilled) => this with
    {
        Clean = Clean + (isKilled ? 0 : 1), Killed = Killed + (isKilled ? 1 : 0), Last = took, Worst = took > Worst ? took : Worst,
    };

    public CleanupStatistics Failing(TimeSpan took) => this with { Failed = Failed + 1, Last = took, Worst = took > Worst ? took : Worst };
}
