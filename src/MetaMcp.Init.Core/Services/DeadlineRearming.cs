using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Services.ServiceState;

namespace MetaMcp.Init.Core.Services;

/// <summary>
/// Moves deadlines that are armed under new settings: a reload that shortens an interval must not wait for the long one to pass. A
/// deadline comes no later than the new settings let it, counted from now unless it counts from the start of the run.
/// </summary>
internal static class DeadlineRearming
{
    public static ServiceState Under(ServiceState state, ServiceSettings before, ServiceSettings after, double jitter, Instant now)
    {
        var restart = after.Restart;
        return state switch
        {
            // A service that waits for room in the container depends on no setting.
            Backoff { History.Shortages: 0 } s when restart != before.Restart =>
                s with { Until = Instant.Earlier(
                    s.Until, now + BackoffDelay.For(restart.Backoff, Math.Max(s.History.Restarts, 1), jitter)) },
            Open s when restart != before.Restart => s with { Until = Instant.Earlier(s.Until, now + restart.Breaker.OpenFor) },
            Active { Run: RunState.Starting run } s when after.StartTimeout != before.StartTimeout =>
                s with { Run = run with { ReadyBy = run.Run.StartedAt + after.StartTimeout } },
            Active { Run: RunState.Ready run } s => s with
            {
                ClosesAt = s.ClosesAt == Instant.Never ? Instant.Never : run.Run.StartedAt + restart.Backoff.ResetAfter,
                Run = after.Probe is { } probe && probe != before.Probe ? run with { Watch = Under(run.Watch, probe, now) } : run,
            },
            _ => state,
        };
    }

    /// <summary>A probe that is running keeps its timeout.</summary>
    private static HealthWatch Under(HealthWatch watch, ProbeSettings probe, Instant now) => watch is HealthWatch.ProbeDue w
        ? w with { At = Instant.Earlier(w.At, now + probe.Interval) }
        : watch;
}
