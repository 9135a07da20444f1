using System.Globalization;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Notifying;
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
            Current(child.Parent, new RunEvent.StopCommandEnded(ended.Status));
        Registry.Remove(child);
    }

    private void Spawned(SystemEvent.Spawned spawned)
    {
        _orphans.Reused(spawned.Pid);
        if (Registry.Find(spawned.RunNumber) is { } entry)
            Registry.Started(entry, spawned.Pid);
        if (OwnerOf(spawned.RunNumber) is not { } service)
            return;
        Apply(service, new ServiceEvent.OfRun(new RunEvent.Spawned(spawned.Pid)));
        _records[service] = _records[service] with { Starts = _records[service].Starts + 1 };
    }

    private void Said(long run, NotifyMessage message)
    {
        if (OwnerOf(run) is not { } service)
            return;
        Apply(service, new ServiceEvent.OfRun(new RunEvent.Said(message)));
        _records[service] = _records[service].Saying(message);
    }

    private void MainChanged(long run, int pid)
    {
        if (OwnerOf(run) is not { } service)
            return;
        _orphans.Reused(pid);
        if (Registry.Find(run) is { } entry)
        {
            Registry.Collected(entry);
            Registry.Started(entry, pid);
        }
        Apply(service, new ServiceEvent.OfRun(new RunEvent.MainChanged(pid)));
    }

    private void SpawnFailed(long run, string reason, int code, bool isShortage)
    {
        if (OwnerOf(run) is not { } service)
            return;
        _records[service] = _records[service] with { Shortage = isShortage ? reason : null };
        Apply(service, new ServiceEvent.OfRun(new RunEvent.SpawnFailed(reason, code, isShortage)));
    }

    /// <summary>A helper of a run, which may be over by now: the end of the helper is waited for all the same.</summary>
    private void Enter(EntryKind kind, long run, int pid)
    {
        _orphans.Reused(pid);
        var owner = OwnerOf(run);
        _ = Registry.Add(kind, owner is { } service ? _plan.Services[service].Name : "", owner ?? -1, run, _now, pid);
    }

    /// <summary>Whether the probe is one whose answer was not waited for any more, and another is under way.</summary>
    private static bool IsOutdated(ServiceState state, int pid) => StatePredicates.RunStateOf(state) switch
    {
        RunState.Starting { Readiness: Readiness.ProbeLaunching } or RunState.Ready { Watch: HealthWatch.ProbeLaunching } => true,
        RunState.Starting { Readiness: Readiness.ProbeRunning p } => p.Pid != pid,
        RunState.Ready { Watch: HealthWatch.ProbeRunning p } => p.Pid != pid,
        _ => false,
    };

    private void ProbeEnded(Entry child, SystemEvent.ChildEnded ended)
    {
        if (child.Service < 0 || IsOutdated(_states[child.Service], child.Pid))
            return;
        if (_states[child.Service] is ServiceState.Active { Run: RunState.Starting { IsForked: true } })
        {
            PidFileRead(child, ended);
            return;
        }
        var failure = FailureOf(child.Service, ended);
        ref var record = ref _records[child.Service];
        if (_states[child.Service] is ServiceState.Active { Run: RunState.Ready ready } && ready.Number == child.Parent)
            record = record with { Probes = record.Probes.With(failure?.Reason, _now - child.Since) };
        Current(child.Parent, new RunEvent.ProbeEnded(failure));
    }

    private void PidFileRead(Entry child, SystemEvent.ChildEnded ended)
    {
        if (ended.Status.IsSuccess && int.TryParse(ended.Problem, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0)
            Current(child.Parent, new RunEvent.MainNamed(pid));
        else
            Current(child.Parent, new RunEvent.ProbeEnded(new ProbeFailure(
                ended.Status.Code is null ? ForkingSteps.Unreadable : ended.Problem ?? $"{ended.Status}")));
    }

    private ProbeFailure? FailureOf(int service, SystemEvent.ChildEnded ended)
    {
        // A reload may have taken the probe of a service away, with one still under way.
        if (ended.Status.IsSuccess || SettingsOf(service).Probe is not { } probe)
            return ended.Status.IsSuccess ? null : new ProbeFailure($"{ended.Status}");
        var isKilled = StatePredicates.RunStateOf(_states[service]) switch
        {
            RunState.Starting { Readiness: Readiness.ProbeRunning p } => p.KillAt == Instant.Never,
            RunState.Ready { Watch: HealthWatch.ProbeKilled } => true,
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
        Current(child.Sequence, new RunEvent.Exited(ended.Status, ended.Problem, ended.OthersLeft, oom)
        {
            // What the kernel killed for memory is over its own limit, whatever it was doing.
            IsShortage = ended.IsShortage && oom is null,
        });
    }

    private void OutOfMemory(SystemEvent.OutOfMemory counted)
    {
        if (OwnerOf(counted.RunNumber) is not { } service ||
            _ooms.Take(counted.RunNumber, counted.AtStart, counted.Now, _now) is not { } kills)
            return;
        var cause = OomCause.Of(kills.Origin, SettingsOf(service).Limits.MemoryMax, _plan.Settings.Limits.Memory);
        _lastOom[service] = new Kill(counted.RunNumber, cause, _now);
        Tell(new Notice.OutOfMemory(_plan.Services[service].Name, kills.Processes, cause, counted.Peak));
    }

    /// <summary>
    /// What the kernel killed for memory ends by SIGKILL; what loses a child to it (npm, a shell) ends badly soon after. The
    /// end may be long in coming: the memory of a large process is given back first.
    /// </summary>
    private OomCause? CauseOf(Entry child, ExitStatus status)
    {
        if (status.IsSuccess || !_lastOom.TryGetValue(child.Service, out var oom) || oom.Run != child.Sequence)
            return null;
        var run = StatePredicates.RunStateOf(_states[child.Service]);
        var isOurs = run is RunState.Killing ||
            (run is RunState.Stopping && status.Code is null &&
                status.Signal == SettingsOf(child.Service).StopSignal);
        return isOurs || _now - oom.At > OomLedger.Patience ? null : oom.Cause;
    }

    /// <summary>The last time that the kernel killed of a service for memory.</summary>
    private sealed record Kill(long Run, OomCause Cause, Instant At);
}
