using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>
/// The status of a service in a line: <c>ready for 3m12s (pid 8), started 2 times, last exit code 1; 12 probes, 1 failed, …</c>
/// </summary>
internal static class ServiceStatusText
{
    public static string Of(ServiceStatus status)
    {
        var (state, record) = (status.State, status.Record);
        var run = StatePredicates.RunStateOf(state);
        var text = new StringBuilder($"{Word(state)} for {Duration.FormatRounded(status.Now - record.ChangedAt)}");
        if (StatePredicates.MainOf(state) is { } pid)
            text.Append(CultureInfo.InvariantCulture, $" (pid {pid})");
        if (run is RunState.Starting or RunState.Ready or RunState.Stopping)
            text.Append(record.Doing is { } doing ? $", {doing}" : "").Append(record.Status is { } said ? $", says \"{said}\"" : "");
        if (state.Due is var due && (state is ServiceState.Backoff or ServiceState.Open))
            text.Append($", next start in {Duration.FormatRounded(Instant.Later(due, status.Now) - status.Now)}");
        if (record.Starts > 1)
            text.Append(CultureInfo.InvariantCulture, $", started {record.Starts} times");
        if (record.LastExit is { } exit)
            text.Append(CultureInfo.InvariantCulture, $", last {exit}{Limit(state, record)}");
        if (state is ServiceState.Failed { Failure: var failure })
            text.Append(CultureInfo.InvariantCulture, $": {failure.Reason}");
        if (run is RunState.Starting { LastProbe: { } lastProbe })
            text.Append(CultureInfo.InvariantCulture, $"; last probe: {lastProbe}");
        if (record.Memory is { } memory && StatePredicates.IsActive(state))
            text.Append(CultureInfo.InvariantCulture, $", memory {(record.IsMemoryRough ? "about " : "")}{memory.Rounded}");
        if ((record.Cleanups is { Killed: > 0 } or { Failed: > 0 }) && record.Cleanups is var ends)
            text.Append(CultureInfo.InvariantCulture,
                $"; ended {Counted.Text(ends.Clean, "time")} clean, {ends.Killed} killed, {ends.Failed} failed, last " +
                $"{Milliseconds(ends.Last)}, worst {Milliseconds(ends.Worst)}");
        var lastFailure = record.Probes.LastFailure is { } why ? $" (the last: {why})" : "";
        if (record.Probes is { Checks: > 0 } probes)
            text.Append(CultureInfo.InvariantCulture,
                $"; {Counted.Text(probes.Checks, "probe")}, {probes.Failures} failed{lastFailure}, last {Milliseconds(probes.Last)}, " +
                $"average {Milliseconds(probes.Average)}, worst {Milliseconds(probes.Worst)}");
        return text.ToString();
    }

    /// <summary>The limit for which the last run ended, the kernel's or ours; the reason of a failure names the latter already.</summary>
    private static string Limit(ServiceState state, in ServiceRecord record) =>
        record.LastOom is { } oom ? $", out of memory: {oom.Limit}"
        : record.LastLimit is { } limit && state is not ServiceState.Failed { Failure.IsOverLimit: true } ? $", {limit}" : "";

    private static string Word(ServiceState state) => state switch
    {
        ServiceState.Waiting => "waiting",
        ServiceState.Active { Run: RunState.Ready, History.Breaker.IsHalfOpen: true } => "ready, circuit half-open,",
        ServiceState.Active s => Word(s.Run),
        ServiceState.Backoff => "backing off",
        ServiceState.Open => "circuit open",
        ServiceState.Completed => "completed",
        ServiceState.Finished => "finished",
        ServiceState.Failed => "failed",
        ServiceState.Skipped => "skipped",
        _ => "stopped",
    };

    private static string Word(RunState run) => run switch
    {
        RunState.Spawning or RunState.Starting => "starting",
        RunState.Ready { Watch: HealthWatch.ProbeDue { Streak.Failures: > 0 } or HealthWatch.ProbeLaunching { Streak.Failures: > 0 } or
            HealthWatch.ProbeRunning { Streak.Failures: > 0 } or HealthWatch.ProbeKilled } => "ready, failing its probe,",
        RunState.Ready => "ready",
        RunState.Killing { Kills: > 1 } or RunState.OthersKilling { Kills: > 1 } => "withstanding SIGKILL",
        RunState.AwaitingStop or RunState.OthersWaiting => "to be stopped in its turn",
        _ => "stopping",
    };

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");
}
