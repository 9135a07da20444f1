using System.Globalization;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Cleanup;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Lifecycle;

/// <summary>Finds the entry of a child that has ended, and the memory limit for which the kernel killed it.</summary>
internal sealed class ChildEvents(
    Response response, ServiceTable services, Registry registry, Pool pool, OrphanWatch orphans, OomLedger ooms, ServiceDriver driver,
    SweepSchedule sweeps)
{
    private readonly Dictionary<int, Kill> _lastOom = [];

    public void Ended(SystemEvent.ChildEnded ended)
    {
        sweeps.Soon();
        if (orphans.Collected(ended.Pid, ended.Status))
            return;
        if (registry.FindByPid(ended.Pid) is not { } child)
        {
            response.Tell(Notices.OrphanReaped.Of(ended.Pid, ended.Status));
            return;
        }
        // The entry is removed last: if memory runs out before, the same event finds it again.
        if (child.Kind == EntryKind.Run)
        {
            MainEnded(child, ended);
            registry.Collected(child);
            return;
        }
        if (child.Kind == EntryKind.Probe)
            ProbeEnded(child, ended);
        else
            driver.Current(child.Parent, new RunEvent.StopCommandEnded(ended.Status));
        registry.Remove(child);
    }

    public void Spawned(SystemEvent.Spawned spawned)
    {
        orphans.Reused(spawned.Pid);
        if (registry.Find(spawned.RunNumber) is { } entry)
            registry.Started(entry, spawned.Pid);
        if (services.OwnerOf(spawned.RunNumber) is not { } service)
            return;
        driver.Apply(service, new ServiceEvent.OfRun(new RunEvent.Spawned(spawned.Pid)));
        services.Records[service] = services.Records[service] with { Starts = services.Records[service].Starts + 1 };
    }

    public void Said(long run, NotifyMessage message)
    {
        if (services.OwnerOf(run) is not { } service)
            return;
        driver.Apply(service, new ServiceEvent.OfRun(new RunEvent.Said(message)));
        services.Records[service] = services.Records[service].Saying(message);
    }

    public void MainChanged(SystemEvent.MainChanged changed)
    {
        var (run, pid, foreignStart) = changed;
        if (services.OwnerOf(run) is not { } service)
            return;
        orphans.Reused(pid);
        if (registry.Find(run) is { } entry)
        {
            registry.Collected(entry);
            registry.Started(entry, pid);
        }
        driver.Apply(service, new ServiceEvent.OfRun(new RunEvent.MainChanged(pid, foreignStart)));
    }

    /// <summary>A main process that was not our child has ended. Another may have taken its place meanwhile.</summary>
    public void ForeignMainEnded(SystemEvent.MainEnded ended)
    {
        sweeps.Soon();
        if (registry.Find(ended.RunNumber) is not { Kind: EntryKind.Run } run || run.Pid != ended.Pid)
            return;
        if (run.Owner is RunOwner.Service(var service))
        {
            var oom = CauseOf(service, run.Sequence, ExitStatus.Unknown);
            services.Records[service] =
                services.Records[service] with
                {
                    LastExit = ExitStatus.Unknown, LastOom = oom, LastLimit = LimitOf(service), Shortage = null,
                };
            driver.Current(run.Sequence, new RunEvent.MainEnded(ended.OthersLeft, oom));
        }
        else
            pool.MainEnded(run.Sequence, ExitStatus.Unknown, ended.OthersLeft);
        registry.Collected(run);
    }

    public void RestSignalled(SystemEvent.RestSignalled signalled)
    {
        if (registry.Find(signalled.RunNumber) is { Kind: EntryKind.Run } run)
            response.Tell(Notices.EndingLeftovers.Of(run.Type, signalled.Commands, signalled.Processes), run.Sequence);
    }

    public void SpawnFailed(long run, string reason, int code, bool isShortage)
    {
        if (services.OwnerOf(run) is not { } service)
            return;
        services.Records[service] = services.Records[service] with { Shortage = isShortage ? reason : null };
        driver.Apply(service, new ServiceEvent.OfRun(new RunEvent.SpawnFailed(reason, code, isShortage)));
    }

    /// <summary>Enters a helper of a run. The run may be over by now; the end of the helper is waited for all the same.</summary>
    private void Enter(EntryKind kind, long run, int pid)
    {
        orphans.Reused(pid);
        var owner = services.OwnerOf(run);
        _ = owner is { } service
            ? registry.Add(kind, services.NameOf(service), new RunOwner.Service(service), run, response.Now, pid)
            : registry.Add(kind, "", null, run, response.Now, pid);
    }

    /// <summary>Whether the answer of this probe is not awaited any more, and another probe is under way.</summary>
    private static bool IsOutdated(ServiceState state, int pid) => StatePredicates.RunStateOf(state) switch
    {
        RunState.Starting { Readiness: Readiness.ProbeLaunching } or RunState.Ready { Watch: HealthWatch.ProbeLaunching } => true,
        RunState.Starting { Readiness: Readiness.ProbeRunning p } => p.Pid != pid,
        RunState.Ready { Watch: HealthWatch.ProbeRunning p } => p.Pid != pid,
        _ => false,
    };

    private void ProbeEnded(Entry child, SystemEvent.ChildEnded ended)
    {
        if (child.Owner is not RunOwner.Service(var service) || IsOutdated(services.States[service], child.Pid))
            return;
        if (services.States[service] is ServiceState.Active { Run: RunState.Starting { IsForked: true } })
        {
            PidFileRead(child, ended);
            return;
        }
        var failure = FailureOf(service, ended);
        ref var record = ref services.Records[service];
        if (services.States[service] is ServiceState.Active { Run: RunState.Ready ready } && ready.Number == child.Parent)
            record = record with { Probes = record.Probes.With(failure?.Reason, response.Now - child.Since) };
        driver.Current(child.Parent, new RunEvent.ProbeEnded(failure));
    }

    private void PidFileRead(Entry child, SystemEvent.ChildEnded ended)
    {
        if (ended.Status.IsSuccess && int.TryParse(ended.Problem, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0)
            driver.Current(child.Parent, new RunEvent.MainNamed(pid));
        else
            driver.Current(child.Parent, new RunEvent.ProbeEnded(new ProbeFailure(
                ended.Status.Code is null ? ForkingSteps.Unreadable : ended.Problem ?? $"{ended.Status}")));
    }

    private ProbeFailure? FailureOf(int service, SystemEvent.ChildEnded ended)
    {
        // A reload may have removed the probe of the service while a probe was under way.
        if (ended.Status.IsSuccess || services.SettingsOf(service).Probe is not { } probe)
            return ended.Status.IsSuccess ? null : new ProbeFailure($"{ended.Status}");
        var isKilled = services.RunStateOf(service) switch
        {
            RunState.Starting { Readiness: Readiness.ProbeRunning p } => p.KillAt == Instant.Never,
            RunState.Ready { Watch: HealthWatch.ProbeKilled } => true,
            _ => false,
        };
        return isKilled ? ProbeFailure.TimedOut(probe, ended.Problem) : ProbeFailure.Of(probe, ended.Status, ended.Problem);
    }

    public void MainEnded(Entry child, SystemEvent.ChildEnded ended)
    {
        if (child.Owner is not RunOwner.Service(var service))
        {
            pool.MainEnded(child.Sequence, ended.Status, ended.OthersLeft);
            return;
        }
        var oom = CauseOf(service, child.Sequence, ended.Status);
        services.Records[service] = services.Records[service] with
        {
            LastExit = ended.Status, LastOom = oom, LastLimit = LimitOf(service),
            Shortage = ended.IsShortage && oom is null ? ended.Problem : null,
        };
        driver.Current(child.Sequence, new RunEvent.Exited(ended.Status, ended.Problem, ended.OthersLeft, oom)
        {
            // A process that the kernel killed for memory was over its own limit, so its end is not counted as a shortage of the
            // container.
            IsShortage = ended.IsShortage && oom is null,
        });
    }

    public void OutOfMemory(SystemEvent.OutOfMemory counted)
    {
        if (pool.OutOfMemory(counted.RunNumber, counted.AtStart, counted.Now, counted.Peak) ||
            services.OwnerOf(counted.RunNumber) is not { } service ||
            ooms.Take(counted.RunNumber, counted.AtStart, counted.Now, response.Now) is not { } kills)
            return;
        var cause = OomCause.Of(kills.Origin, services.SettingsOf(service).Limits.MemoryMax, services.Plan.Settings.Limits.Memory);
        _lastOom[service] = new Kill(counted.RunNumber, cause, response.Now);
        response.Tell(
            Notices.ServiceOutOfMemory.Of(
                services.NameOf(service), kills.Processes, cause.Limit, cause.Word, counted.Peak),
            counted.RunNumber);
    }

    /// <summary>
    /// A process that the kernel kills for memory ends by SIGKILL. A process that loses a child to it (npm, a shell) fails soon after.
    /// That end may come late: the memory of a large process is freed first.
    /// </summary>
    private OomCause? CauseOf(int service, long number, ExitStatus status)
    {
        if (status.IsSuccess || !_lastOom.TryGetValue(service, out var oom) || oom.Run != number)
            return null;
        var run = services.RunStateOf(service);
        var isOurs = run is RunState.Killing ||
            (run is RunState.Stopping && status.Code is null &&
                status.Signal == services.SettingsOf(service).StopSignal);
        return isOurs || response.Now - oom.At > OomLedger.Patience ? null : oom.Cause;
    }

    /// <summary>The limit for which we have ended the run of the service; null for none.</summary>
    private string? LimitOf(int service) =>
        services.RunStateOf(service) is EndingState { Outcome: Outcome.Failing { Failure: { IsOverLimit: true } failure } }
            ? failure.Reason : null;

    /// <summary>No process was accepted as the main process of a run.</summary>
    public void MainRefused(long run, string reason)
    {
        if (services.OwnerOf(run) is { } service && services.RunStateOf(service) is RunState.Starting { IsForked: true })
            driver.Current(run, new RunEvent.ProbeEnded(new ProbeFailure(reason)));
    }

    public void ProbeSpawned(long run, int pid)
    {
        Enter(EntryKind.Probe, run, pid);
        if (!driver.Current(run, new RunEvent.ProbeSpawned(pid)))
            response.Add(new Effect.KillHelper(run, pid));
    }

    public void StopCommandSpawned(long run, int pid)
    {
        Enter(EntryKind.StopCommand, run, pid);
        if (!driver.Current(run, new RunEvent.StopCommandSpawned(pid)))
            response.Add(new Effect.KillHelper(run, pid));
    }

    /// <summary>The last kill of the kernel for memory in a run of the service.</summary>
    private sealed record Kill(long Run, OomCause Cause, Instant At);
}
