using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>An effect as a line of a scenario; null if it only repeats another line.</summary>
internal static class StoryLine
{
    public static string? Of(Effect effect, Plan plan, RunOwners owners)
    {
        string Name(long run) => plan.Services[owners.Of(run)].Name;
        return effect switch
        {
            Effect.Spawn e => $"start {e.Settings.Name}",
            Effect.SpawnProbe e => $"probe {Name(e.RunNumber)}",
            Effect.FindMain e => $"find main of {Name(e.RunNumber)}",
            Effect.WatchMain e => $"watch {e.Main} from {e.StartTime} for main of {Name(e.RunNumber)}",
            Effect.TakeMain e => $"take {e.Pid} for main of {Name(e.RunNumber)}",
            Effect.SpawnStopCommand e => $"stop command of {Name(e.RunNumber)}",
            Effect.KillHelper e => $"kill helper of {Name(e.RunNumber)}",
            Effect.SignalMain { Signal: var s } when s == Signal.Cont => null,
            Effect.SignalRun { Signal: var s } when s == Signal.Cont => null,
            Effect.SignalMain e => $"{e.Signal} {Name(e.RunNumber)}",
            Effect.SignalRun e => $"{e.Signal} group of {Name(e.RunNumber)}",
            Effect.SignalTheRest e => $"{e.Signal} the rest",
            Effect.Exit e => $"exit {e.Code}",
            Effect.Report e => Of(e.Notice),
            Effect.WatchRun or Effect.Sample or Effect.ReadMemory or Effect.Sweep or Effect.Apply or Effect.DropFile => null,
            Effect.ReadFile => "read the file",
            Effect.SignalStranger { Signal: var s } when s == Signal.Cont => null,
            Effect.SignalStranger e => $"{e.Signal} orphan {e.Stranger.Command}",
            _ => effect.ToString(),
        };
    }

    private static string? Of(Notice notice) => notice switch
    {
        Notice.Ready n => $"{n.Service} ready",
        Notice.MainChanged n => $"{n.Service} main is {n.Pid}",
        Notice.InBackground n => $"{n.Service} is in the background?",
        Notice.Completed n => $"{n.Service} completed",
        Notice.Exited { Oom: { } oom } n => $"{n.Service} {n.Status}, out of memory: {oom.Limit}",
        Notice.Exited n => $"{n.Service} {n.Status}",
        Notice.OutOfMemory n => $"{n.Service} {(n.Processes is { } some ? $"{some}" : "whole")} killed: {n.Cause.Limit}",
        Notice.CircuitOpen n => $"{n.Service} circuit open for {Duration.Format(n.OpenFor)} after {n.Failures}: {n.Reason}",
        Notice.CircuitOpenAgain n => $"{n.Service} circuit open again for {Duration.Format(n.OpenFor)}: {n.Reason}",
        Notice.CircuitTrial n => $"{n.Service} trial",
        Notice.CircuitClosed n => $"{n.Service} circuit closed",
        Notice.RestartingWith n => $"{n.Service} anew with {n.Dependency}",
        Notice.StopCommandFailed n => $"{n.Service} stop command failed: {n.Status?.ToString() ?? "not started"}",
        Notice.CleanupFailed n => $"{n.Service} cleanup failed after {n.Kills}",
        Notice.StopCommandLate n => $"{n.Service} stop command late",
        Notice.ProbeFailed { Failures: { } failures } n => $"{n.Service} probe failed ({failures} of {n.Retries})",
        // The failed probes of a service that does not become ready are told with its end.
        Notice.ProbeFailed => null,
        Notice.ProbeHopeless n => $"{n.Service} probe: {n.Reason}",
        Notice.HealthyAgain n => $"{n.Service} healthy again after {n.Failures}",
        Notice.Unhealthy n => $"{n.Service} unhealthy: {n.Reason}",
        Notice.OverLimit n => $"{n.Service} ended: {n.Reason}",
        Notice.Restarting n => $"{n.Service} again in {Duration.Format(n.Delay)}: {n.Reason}",
        Notice.Deferred n => $"{n.Service} deferred for {Duration.Format(n.Delay)}, {n.Shortages}: {n.Reason}",
        Notice.RestartingAfterSuccess n => $"{n.Service} exited with {n.Code}, again in {Duration.Format(n.Delay)}",
        Notice.Failed n => $"{n.Service} failed: {n.Reason}",
        Notice.Skipped n => $"{n.Service} skipped: {n.Dependency}",
        Notice.Finished n => $"{n.Service} finished",
        Notice.Stopped n => $"{n.Service} stopped",
        Notice.Up { Missing.IsEmpty: true } => "up",
        Notice.Up n => $"degraded without {string.Join(", ", n.Missing.Select(m => m[..m.IndexOf(' ', StringComparison.Ordinal)]))}",
        Notice.Degraded n => $"degraded: {string.Join(", ", n.Missing)}",
        Notice.WholeAgain => "whole again",
        Notice.StartupTimedOut n => $"startup timed out: {string.Join(", ", n.Pending)}",
        Notice.ShuttingDown n => $"shutting down: {n.Reason}",
        Notice.Emergency n => $"emergency: {n.Reason}",
        Notice.BeyondKill n => $"beyond kill: {string.Join(", ", n.Remaining)}",
        Notice.SignalForwarded n => $"{n.Signal} goes {(n.Pid is null ? "nowhere" : $"to {n.Service}")}",
        SystemStatus n =>
            $"status of all: {n.Active} of {n.Services}{(n.Missing.IsEmpty ? "" : ", without " + string.Join(", ", n.Missing))}",
        ServiceStatus n =>
            $"status of {n.Service}: {(StatePredicates.RunStateOf(n.State) as object ?? n.State).GetType().Name}, {n.Record.Starts} " +
            $"starts{(n.Record.LastExit is { } exit ? $", last {exit}" : "")}",
        Notice.Memory n => $"{n.Service ?? "all"} memory {n.Level}: {n.Used} of {n.Cap}",
        Notice.Reloaded n =>
            $"reloaded: restarting {string.Join(",", n.Changed)}; starting {string.Join(",", n.Added)}; stopping " +
            $"{string.Join(",", n.Removed)}; {n.Unchanged} unchanged",
        Notice.ReloadRefused n => $"not reloaded: {string.Join("; ", n.Problems)}",
        Notice.SignalIgnored { MayBeStop: true } n => $"{n.Signal} ignored, a stop signal?",
        Notice.SignalIgnored n => $"{n.Signal} ignored",
        Notice.OrphanReaped => "orphan reaped",
        Notice.OrphanFound n =>
            $"orphan {n.Command} {(n.Grace is { } grace ? $"ends in {Duration.Format(grace)}" : n.IsOurs ? "is ours" : "is nobody's")}",
        Notice.OrphanEnded n => $"orphan {n.Command} ended, number {n.OfCommand}",
        Notice.MoreOrphans n => $"{n.Found} more orphans, {n.Beyond} beyond",
        Notice.MoreOrphansEnded n => $"{n.Count} more orphans ended",
        Notice.OrphanCleanupFailed n => $"orphan {n.Command} cleanup failed after {n.Kills}",
        Notice.Repaired n => $"repaired: {n.What}",
        Notice.Bug n => $"BUG: {n.Text}",
        // The effect, or the line, that comes with the notice tells the same.
        Notice.Started or Notice.Stopping or Notice.Killed or Notice.EndingLeftovers or Notice.KilledLeftovers or
            Notice.StartingUp or Notice.KillingOrphans or Notice.Down => null,
        _ => notice.ToString(),
    };
}
