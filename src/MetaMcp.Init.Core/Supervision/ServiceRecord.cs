using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>What is remembered of a service over all its runs, for those who ask. No decision hangs on it.</summary>
/// <param name="Starts">Runs that got a process.</param>
/// <param name="LastExit">How the last of them ended that has.</param>
/// <param name="LastOom">Whose memory limit that was for; null where for none.</param>
/// <param name="ChangedAt">When it came to the state it is in.</param>
/// <param name="Probes">Of ready runs.</param>
public readonly record struct ServiceRecord(int Starts, ExitStatus? LastExit, OomCause? LastOom, Instant ChangedAt, ProbeStatistics Probes);

/// <summary>How the probes of a service went.</summary>
/// <param name="Checks">So many had a result.</param>
/// <param name="Failures">Of those, failed.</param>
/// <param name="Last">How long the last one took, from its start to its end.</param>
/// <param name="Worst">The longest.</param>
/// <param name="Total">Of all together.</param>
public readonly record struct ProbeStatistics(long Checks, long Failures, TimeSpan Last, TimeSpan Worst, TimeSpan Total)
{
    public TimeSpan Average => Checks == 0 ? TimeSpan.Zero : Total / Checks;

    public ProbeStatistics With(bool succeeded, TimeSpan took) => new(
        Checks + 1, Failures + (succeeded ? 0 : 1), took, took > Worst ? took : Worst, Total + took);
}
