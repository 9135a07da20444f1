using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using Microsoft.Extensions.Logging;

namespace MetaMcp.Init.Cli;

/// <summary>Writes the supervisor's notices to the log.</summary>
internal sealed class NoticeLog(ILogger log)
{
    public void Tell(Notice notice)
    {
        switch (notice)
        {
            case Notice.Started n:
                log.ServiceStarted(n.Service, n.Pid);
                break;
            case Notice.Ready n:
                log.ServiceReady(n.Service, n.After.TotalSeconds, n.Pid);
                break;
            case Notice.MainChanged n:
                log.MainChanged(n.Service, n.Pid);
                break;
            case Notice.InBackground n:
                log.InBackground(n.Service);
                break;
            case Notice.Completed n:
                log.ServiceCompleted(n.Service);
                break;
            case Notice.Exited { Oom: { } oom } n:
                log.ServiceExitedOutOfMemory(n.Service, n.After.TotalSeconds, n.Status, oom.Limit, n.Pid);
                break;
            case Notice.OutOfMemory n:
                log.ServiceOutOfMemory(
                    n.Service, n.Processes is { } some ? Counted.Text(some, "process", "processes") : "all of it", n.Cause.Limit,
                    n.Cause.Word, n.Peak?.ToString() ?? "unknown");
                break;
            case Notice.OverLimit n:
                log.ServiceOverLimit(n.Service, n.Reason);
                break;
            case Notice.CircuitOpen n:
                log.CircuitOpen(
                    n.Service, n.Reason, Counted.Text(n.Failures, "failure"), Duration.Format(n.Window), Duration.Format(n.OpenFor));
                break;
            case Notice.CircuitOpenAgain n:
                log.CircuitOpenAgain(n.Service, n.Reason, Duration.Format(n.OpenFor));
                break;
            case Notice.CircuitTrial n:
                log.CircuitTrial(n.Service);
                break;
            case Notice.CircuitClosed n:
                log.CircuitClosed(n.Service);
                break;
            case Notice.RestartingWith n:
                log.RestartingWith(n.Service, n.Dependency);
                break;
            case Notice.ProbeFailed { Failures: { } failures } n:
                log.ProbeFailed(n.Service, failures, n.Retries, n.Reason);
                break;
            case Notice.ProbeFailed n:
                log.ProbeFailedInStartPeriod(n.Service, n.Reason);
                break;
            case Notice.ProbeHopeless n:
                log.ProbeHopeless(n.Service, n.Reason);
                break;
            case Notice.HealthyAgain n:
                log.HealthyAgain(n.Service, Counted.Text(n.Failures, "probe"));
                break;
            case Notice.Unhealthy n:
                log.Unhealthy(n.Service, n.Reason);
                break;
            case Notice.Exited n:
                log.ServiceExited(n.Service, n.After.TotalSeconds, n.Status, n.Pid);
                break;
            case Notice.Deferred n:
                log.ServiceDeferred(n.Service, n.Reason, n.Delay.TotalSeconds, n.Shortages);
                break;
            case Notice.Restarting n:
                log.ServiceRestarting(n.Service, n.Reason, n.Delay.TotalSeconds, n.Failures);
                break;
            case Notice.RestartingAfterSuccess n:
                log.RestartingAfterSuccess(n.Service, n.Code, n.Delay.TotalSeconds);
                break;
            case Notice.Failed n:
                log.ServiceFailed(n.Service, n.Reason);
                break;
            case Notice.Skipped n:
                log.ServiceSkipped(n.Service, n.Dependency);
                break;
            case Notice.Finished n:
                log.ServiceFinished(n.Service, n.Status);
                break;
            case Notice.Stopping n:
                log.ServiceStopping(n.Service, n.Signal, Duration.Format(n.Timeout), n.Pid);
                break;
            case Notice.StopCommandFailed n:
                log.StopCommandFailed(n.Service, n.Status?.ToString() ?? "it could not be started");
                break;
            case Notice.StopCommandLate n:
                log.StopCommandLate(n.Service, Duration.Format(n.After));
                break;
            case Notice.Killed n:
                log.ServiceKilled(n.Service, Duration.Format(n.Timeout), n.Pid);
                break;
            case Notice.EndingLeftovers n:
                log.EndingLeftovers(n.Service);
                break;
            case Notice.KilledLeftovers n:
                log.LeftoversKilled(n.Service);
                break;
            case Notice.CleanupFailed n:
                log.CleanupFailed(n.Service, new Counted(n.Kills, "time"), n.Pid);
                break;
            case Notice.Stopped n:
                log.ServiceStopped(n.Service);
                break;
            default:
                TellOfTheSystem(notice);
                break;
        }
    }

    private void TellOfTheSystem(Notice notice)
    {
        switch (notice)
        {
            case Notice.Memory n:
                Memory(n);
                break;
            case Notice.StartingUp n:
                log.StartingUp(new Counted(n.Services, "service"));
                break;
            case Notice.Up { Missing.IsEmpty: true } n:
                log.Up(n.After.TotalSeconds, n.Running, n.Done);
                break;
            case Notice.Up n:
                log.Degraded(n.After.TotalSeconds, n.Running, n.Done, List(n.Missing));
                break;
            case Notice.Degraded n:
                log.NowDegraded(List(n.Missing));
                break;
            case Notice.WholeAgain:
                log.WholeAgain();
                break;
            case Notice.StartupTimedOut n:
                log.StartupTimedOut(Duration.Format(n.Timeout), List(n.Pending));
                break;
            case Notice.ShuttingDown n:
                log.ShuttingDown(n.Reason, Duration.Format(n.Timeout));
                break;
            case Notice.Emergency n:
                log.Emergency(n.Reason, List(n.Remaining));
                break;
            case Notice.KillingOrphans n:
                log.OrphansKilled(Duration.Format(n.Grace));
                break;
            case Notice.BeyondKill n:
                log.BeyondKill(List(n.Remaining));
                break;
            case Notice.Down n:
                log.Down(n.After.TotalSeconds, n.ExitCode);
                break;
            case Notice.OrphanFound { Grace: { } grace } n:
                log.OrphanFound(n.Command, n.Pid, Duration.Format(grace));
                break;
            case Notice.OrphanFound n:
                log.OrphanLeft(
                    n.Command, n.Pid,
                    n.IsOurs ? "belongs to no live service" : "may come from a docker exec, or belong to a service without evidence");
                break;
            case Notice.OrphanEnded n:
                log.OrphanEnded(n.Command, n.Pid, n.Status?.ToString() ?? "not a child of mcp-init", n.OfCommand);
                break;
            case Notice.MoreOrphans n:
                log.MoreOrphans(n.Found, n.Beyond);
                break;
            case Notice.MoreOrphansEnded n:
                log.MoreOrphansEnded(n.Count);
                break;
            case Notice.MemoryShort:
                log.MemoryShort();
                break;
            case Notice.MemoryBack:
                log.MemoryBack();
                break;
            case Notice.OrphanCleanupFailed n:
                log.OrphanCleanupFailed(n.Command, n.Pid, new Counted(n.Kills, "time"));
                break;
            case Notice.Repaired n:
                log.Repaired(n.What);
                break;
            case Notice.OrphanReaped n:
                log.OrphanReaped(n.Pid, n.Status);
                break;
            case Notice.SignalForwarded { Pid: { } pid } n:
                log.SignalForwarded(n.Signal, n.Service, pid);
                break;
            case Notice.SignalForwarded n:
                log.SignalNotForwarded(n.Signal, n.Service);
                break;
            case SystemStatus n:
                log.Status(StatusText.Of(n));
                break;
            case ServiceStatus n:
                log.StatusOf(n.Service, StatusText.Of(n));
                break;
            case Notice.Reloaded n:
                log.Reloaded(OrNone(n.Changed), OrNone(n.Added), OrNone(n.Removed), n.Unchanged);
                break;
            case Notice.ReloadRefused n:
                foreach (var problem in n.Problems)
                    log.ReloadProblem(problem);
                log.NotReloaded();
                break;
            case Notice.SignalIgnored { MayBeStop: true } n:
                log.StopSignalIgnored(n.Signal);
                break;
            case Notice.SignalIgnored n:
                log.SignalIgnored(n.Signal);
                break;
            case Notice.Bug n:
                log.Bug(n.Text);
                break;
            default:
                log.Bug($"no text for {notice}");
                break;
        }
    }

    private void Memory(Notice.Memory n)
    {
        var (name, percent) = (n.Service ?? "all together", (int)(n.Used.Bytes * 100.0 / n.Cap.Bytes));
        if (n.Level == MemoryLevel.Normal)
            log.MemoryNormal(name, n.Used.Rounded, n.Cap.ToString(), percent);
        else
            log.MemoryHigh(name, n.Level == MemoryLevel.Critical ? "critical" : "high", n.Used.Rounded, n.Cap.ToString(), percent);
    }

    private static string OrNone(ImmutableArray<string> names) => names.IsEmpty ? "none" : string.Join(", ", names);

    private static string List(ImmutableArray<string> names) => names.IsEmpty ? "(orphans)" : string.Join(", ", names);
}
