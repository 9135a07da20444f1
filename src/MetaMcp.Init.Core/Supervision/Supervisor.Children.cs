using System.Globalization;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>Whose child has ended, and what the kernel killed it for.</summary>
public sealed partial class Supervisor
{
    private readonly OomLedger _ooms = new();
    private readonly Dictionary<int, Kill> _lastOom = [];

    private void ChildEnded(SystemEvent.ChildEnded ended)
    {
        SweepSoon();
        if (_orphans.Collected(ended.Pid, ended.Status))
            return;
        if (Registry.FindByPid(ended.Pid) is not { } child)
        {
            Tell(new Notice.OrphanReaped(ended.Pid, ended.Status));
            return;
        }
        // The entry goes last: where memory ends before, the same event finds it again.
        if (child.Kind == EntryKind.Service)
        {
            MainEnded(child, ended);
            Registry.Collected(child);
            return;
        }
        if (child.Kind == EntryKind.Probe)
            ProbeEnded(child, ended);
        else
            Current(child.Service, child.Parent, new ServiceEvent.StopCommandEnded(ended.Status));
        Registry.Remove(child);
    }

    private void Spawned(SystemEvent.Spawned spawned)
    {
        _orphans.Reused(spawned.Pid);
        if (Registry.Find(spawned.RunNumber) is { } entry)
            Registry.Started(entry, spawned.Pid);
        if (Current(spawned.Service, spawned.RunNumber, new ServiceEvent.Spawned(spawned.Pid)))
            _records[spawned.Service] = _records[spawned.Service] with { Starts = _records[spawned.Service].Starts + 1 };
    }

    private void MainChanged(int service, long run, int pid)
    {
        if (StatePredicates.RunOf(_states[service]) != run)
            return;
        _orphans.Reused(pid);
        if (Registry.Find(run) is { } entry)
        {
            Registry.Collected(entry);
            Registry.Started(entry, pid);
        }
        Current(service, run, new ServiceEvent.MainChanged(pid));
    }

    private void SpawnFailed(int service, long run, string reason, int code, bool isShortage)
    {
        if (StatePredicates.RunOf(_states[service]) == run)
            _records[service] = _records[service] with { Shortage = isShortage ? reason : null };
        Current(service, run, new ServiceEvent.SpawnFailed(reason, code, isShortage));
    }

    private void Enter(EntryKind kind, int service, long run, int pid)
    {
        _orphans.Reused(pid);
        _ = Registry.Add(kind, _plan.Services[service].Name, service, run, _now, pid);
    }

    /// <summary>Whether the probe is one whose answer was not waited for any more, and another is under way.</summary>
    private static bool IsOutdated(ServiceState state, int pid) => state switch
    {
        ServiceState.Starting { Readiness: Readiness.ProbeLaunching } or ServiceState.Ready { Watch: HealthWatch.ProbeLaunching } => true,
        ServiceState.Starting { Readiness: Readiness.ProbeRunning p } => p.Pid != pid,
        ServiceState.Ready { Watch: HealthWatch.ProbeRunning p } => p.Pid != pid,
        _ => false,
    };

    private void ProbeEnded(Entry child, SystemEvent.ChildEnded ended)
    {
        if (IsOutdated(_states[child.Service], child.Pid))
            return;
        if (_states[child.Service] is ServiceState.Starting { IsForked: true })
        {
            PidFileRead(child, ended);
            return;
        }
        var failure = FailureOf(child.Service, ended);
        ref var record = ref _records[child.Service];
        if (_states[child.Service] is ServiceState.Ready ready && ready.Run.Number == child.Parent)
            record = record with { Probes = record.Probes.With(failure?.Reason, _now - child.Since) };
        Current(child.Service, child.Parent, new ServiceEvent.ProbeEnded(failure));
    }

    private void PidFileRead(Entry child, SystemEvent.ChildEnded ended)
    {
        if (ended.Status.IsSuccess && int.TryParse(ended.Problem, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0)
            Current(child.Service, child.Parent, new ServiceEvent.MainNamed(pid));
        else
            Current(child.Service, child.Parent, new ServiceEvent.ProbeEnded(new ProbeFailure(
                ended.Status.Code is null ? ForkingSteps.Unreadable : ended.Problem ?? $"{ended.Status}")));
    }

    private ProbeFailure? FailureOf(int service, SystemEvent.ChildEnded ended)
    {
        // A reload may have taken the probe of a service away, with one still under way.
        if (ended.Status.IsSuccess || SettingsOf(service).Probe is not { } probe)
            return ended.Status.IsSuccess ? null : new ProbeFailure($"{ended.Status}");
        var isKilled = _states[service] switch
        {
            ServiceState.Starting { Readiness: Readiness.ProbeRunning p } => p.KillAt == Instant.Never,
            ServiceState.Ready { Watch: HealthWatch.ProbeKilled } => true,
            _ => false,
        };
        return isKilled ? ProbeFailure.TimedOut(probe, ended.Problem) : ProbeFailure.Of(probe, ended.Status, ended.Problem);
    }

    private void MainEnded(Entry child, SystemEvent.ChildEnded ended)
    {
        var oom = CauseOf(child, ended.Status);
        _records[child.Service] = _records[child.Service] with
        {
            LastExit = ended.Status, LastOom = oom, Shortage = ended.IsShortage && oom is null ? ended.Problem : null,
        };
        Current(child.Service, child.Sequence, new ServiceEvent.Exited(ended.Status, ended.Problem, ended.OthersLeft, oom)
        {
            // What the kernel killed for memory is over its own limit, whatever it was doing.
            IsShortage = ended.IsShortage && oom is null,
        });
    }

    private void OutOfMemory(SystemEvent.OutOfMemory counted)
    {
        if (_ooms.Take(counted.RunNumber, counted.AtStart, counted.Now, _now) is not { } kills)
            return;
        var service = _plan.Services[counted.Service];
        var cause = OomCause.Of(kills.Origin, SettingsOf(counted.Service).Limits.MemoryMax, _plan.Settings.Limits.Memory);
        _lastOom[counted.Service] = new Kill(counted.RunNumber, cause, _now);
        Tell(new Notice.OutOfMemory(service.Name, kills.Processes, cause, counted.Peak));
    }

    /// <summary>
    /// What the kernel killed for memory ends by SIGKILL; what loses a child to it (npm, a shell) ends badly soon after. The
    /// end may be long in coming: the memory of a large process is given back first.
    /// </summary>
    private OomCause? CauseOf(Entry child, ExitStatus status)
    {
        if (status.IsSuccess || !_lastOom.TryGetValue(child.Service, out var oom) || oom.Run != child.Sequence)
            return null;
        var isOurs = _states[child.Service] is ServiceState.Killing ||
            (_states[child.Service] is ServiceState.Stopping && status.Code is null &&
                status.Signal == SettingsOf(child.Service).StopSignal);
        return isOurs || _now - oom.At > OomLedger.Patience ? null : oom.Cause;
    }

    /// <summary>The last time that the kernel killed of a service for memory.</summary>
    private sealed record Kill(long Run, OomCause Cause, Instant At);
}
