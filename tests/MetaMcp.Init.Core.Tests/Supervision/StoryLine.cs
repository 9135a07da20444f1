using System.Collections.Immutable;
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
            Effect.WatchRun or Effect.Sample or Effect.ReadUsage or Effect.Sweep or Effect.Apply or Effect.DropFile => null,
            Effect.SetPressureWire or Effect.ReadPressure or Effect.WatchStalls => null,
            Effect.ReadDisks or Effect.AnswerClient or Effect.SendAlert or Effect.KillAlertCommand => null,
            Effect.ReadFile => "read the file",
            Effect.SignalStranger { Signal: var s } when s == Signal.Cont => null,
            Effect.SignalStranger e => $"{e.Signal} orphan {e.Stranger.Command}",
            _ => effect.ToString(),
        };
    }

    private static string? Of(Notice n) => n.Kind.LogName switch
    {
        nameof(Notices.ServiceReady) => $"{n.Service} ready",
        nameof(Notices.MainChanged) => $"{n.Service} main is {n["Pid"]}",
        nameof(Notices.InBackground) => $"{n.Service} is in the background?",
        nameof(Notices.ServiceCompleted) => $"{n.Service} completed",
        nameof(Notices.ServiceExitedOutOfMemory) => $"{n.Service} {n["Status"]}, out of memory: {n["Limit"]}",
        nameof(Notices.ServiceExited) => $"{n.Service} {n["Status"]}",
        nameof(Notices.ServiceOutOfMemory) => $"{n.Service} {n["Processes"] ?? "whole"} killed: {n["Limit"]}",
        nameof(Notices.CircuitOpen) => $"{n.Service} circuit open for {Time(n, "OpenFor")} after {n["Failures"]}: {n["Reason"]}",
        nameof(Notices.CircuitOpenAgain) => $"{n.Service} circuit open again for {Time(n, "OpenFor")}: {n["Reason"]}",
        nameof(Notices.CircuitTrial) => $"{n.Service} trial",
        nameof(Notices.CircuitClosed) => $"{n.Service} circuit closed",
        nameof(Notices.RestartingWith) => $"{n.Service} anew with {n["Dependency"]}",
        nameof(Notices.StopCommandFailed) => $"{n.Service} stop command failed: {n["Reason"] ?? "not started"}",
        nameof(Notices.CleanupFailed) => $"{n.Service} cleanup failed after {n["Kills"]}",
        nameof(Notices.StopCommandLate) => $"{n.Service} stop command late",
        nameof(Notices.ProbeFailed) => $"{n.Service} probe failed ({n["Failures"]} of {n["Retries"]})",
        // The failed probes of a service that does not become ready are told with its end.
        nameof(Notices.ProbeFailedInStartPeriod) => null,
        nameof(Notices.ProbeHopeless) => $"{n.Service} probe: {n["Reason"]}",
        nameof(Notices.HealthyAgain) => $"{n.Service} healthy again after {n["Failures"]}",
        nameof(Notices.Unhealthy) => $"{n.Service} unhealthy: {n["Reason"]}",
        nameof(Notices.ServiceOverLimit) => $"{n.Service} ended: {n["Reason"]}",
        nameof(Notices.ServiceRestarting) => $"{n.Service} again in {Time(n, "Seconds")}: {n["Reason"]}",
        nameof(Notices.ServiceWaiting) => $"{n.Service} waits for {string.Join(", ", Names(n, "Dependencies"))}",
        nameof(Notices.RestartingAfterDependency) =>
            $"{n.Service} again after {string.Join(", ", Names(n, "Dependencies"))}: {n["Reason"]}",
        nameof(Notices.ServiceDeferred) => $"{n.Service} deferred for {Time(n, "Seconds")}, {n["Count"]}: {n["Reason"]}",
        nameof(Notices.RestartingAfterSuccess) => $"{n.Service} exited with {n["Code"]}, again in {Time(n, "Seconds")}",
        nameof(Notices.ServiceFailed) => $"{n.Service} failed: {n["Reason"]}",
        nameof(Notices.ServiceSkipped) => $"{n.Service} skipped: {n["Dependency"]}",
        nameof(Notices.ServiceFinished) => $"{n.Service} finished",
        nameof(Notices.ServiceStopped) => $"{n.Service} stopped",
        nameof(Notices.Up) => "up",
        nameof(Notices.Degraded) =>
            $"degraded without {string.Join(", ", Names(n, "Missing").Select(m => m[..m.IndexOf(' ', StringComparison.Ordinal)]))}",
        nameof(Notices.NowDegraded) => $"degraded: {string.Join(", ", Names(n, "Missing"))}",
        nameof(Notices.WholeAgain) => "whole again",
        nameof(Notices.StartupTimedOut) => $"startup timed out: {string.Join(", ", Names(n, "Pending"))}",
        nameof(Notices.ShuttingDown) => $"shutting down: {n["Reason"]}",
        nameof(Notices.Emergency) => $"emergency: {n["Reason"]}",
        nameof(Notices.BeyondKill) => $"beyond kill: {string.Join(", ", Names(n, "Remaining"))}",
        nameof(Notices.SignalForwarded) => $"{n["Signal"]} goes to {n.Service}",
        nameof(Notices.SignalNotForwarded) => $"{n["Signal"]} goes nowhere",
        nameof(Notices.Status) when n["Status"] is SystemStatus all =>
            $"status of all: {all.Active} of {all.Services}{(all.Missing.IsEmpty ? "" : ", without " + string.Join(", ", all.Missing))}",
        nameof(Notices.StatusOf) when n["Status"] is ServiceStatus one =>
            $"status of {n.Service}: {(StatePredicates.RunStateOf(one.State) as object ?? one.State).GetType().Name}, " +
            $"{one.Record.Starts} starts{(one.Record.LastExit is { } exit ? $", last {exit}" : "")}",
        nameof(Notices.MemoryHigh) =>
            $"{n.Service ?? "all"} memory {(n["Level"] is "critical" ? "Critical" : "Warning")}: {n["Used"]} of {n["Cap"]}",
        nameof(Notices.MemoryNormal) => $"{n.Service ?? "all"} memory Normal: {n["Used"]} of {n["Cap"]}",
        nameof(Notices.Reloaded) =>
            $"reloaded: restarting {string.Join(",", Names(n, "Restarted"))}; starting {string.Join(",", Names(n, "Started"))}; removing " +
            $"{string.Join(",", Names(n, "Removed"))}; {n["Unchanged"]} unchanged",
        nameof(Notices.ReloadProblem) => $"not reloaded: {n["Problem"]}",
        nameof(Notices.StopSignalIgnored) => $"{n["Signal"]} ignored, a stop signal?",
        nameof(Notices.SignalIgnored) => $"{n["Signal"]} ignored",
        nameof(Notices.Asked) => $"asked: {n["Request"]}",
        nameof(Notices.OrphanReaped) => "orphan reaped",
        nameof(Notices.OrphanFound) => $"orphan {n["Command"]} ends in {Time(n, "Grace")}",
        nameof(Notices.OrphanLeft) =>
            $"orphan {n["Command"]} {(n["Reason"] is "belongs to no live service" ? "is ours" : "is nobody's")}",
        nameof(Notices.OrphanEnded) => $"orphan {n["Command"]} ended, number {n["Count"]}",
        nameof(Notices.MoreOrphans) => $"{n["Found"]} more orphans, {n["Beyond"]} beyond",
        nameof(Notices.MoreOrphansEnded) => $"{n["Count"]} more orphans ended",
        nameof(Notices.OrphanCleanupFailed) => $"orphan {n["Command"]} cleanup failed after {n["Kills"]}",
        nameof(Notices.AlertRaised) => $"alert {AlertOf(n)}{(n["Severity"] is "critical" ? "!" : "")}",
        nameof(Notices.AlertRaisedAgain) =>
            $"alert {AlertOf(n)}{(n["Severity"] is "critical" ? "!" : "")} again, {n["Withheld"]} withheld",
        nameof(Notices.AlertOver) => $"over {AlertOf(n)}",
        nameof(Notices.AlertsWithheld) => $"withheld {AlertOf(n)} {n["Withheld"]}",
        nameof(Notices.Repaired) => $"repaired: {n["What"]}",
        nameof(Notices.Bug) => $"BUG: {n["Text"]}",
        // The effect, or the line, that comes with the notice tells the same.
        nameof(Notices.ServiceStarted) or nameof(Notices.ServiceStopping) or nameof(Notices.ServiceKilled) or
            nameof(Notices.EndingLeftovers) or nameof(Notices.LeftoversKilled) or nameof(Notices.StartingUp) or
            nameof(Notices.NothingToStart) or nameof(Notices.OrphansKilled) or nameof(Notices.Down) or nameof(Notices.NotReloaded) => null,
        _ => n.ToString(),
    };

    private static string AlertOf(Notice n) => $"{n["Alert"]}{(n.Service is { } name ? " " + name : "")}{n["About"]}";

    private static string Time(Notice notice, string name) => Duration.Format((TimeSpan)notice[name]!);

    private static ImmutableArray<string> Names(Notice notice, string name) => (ImmutableArray<string>)notice[name]!;
}
