using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>
/// The launched servers, beside the services. A shim asks for a place; what becomes of the launch is one of these states:
/// <list type="table">
/// <item><term>Asked</term><description>No place is free, or too many servers start. Leaves by: a place (→ Placed), its time is over
/// (refused), the shim, its client or the connection is gone (→ Gone), shutdown (refused).</description></item>
/// <item><term>Placed</term><description>The launch counts, and its cgroup is made. The shim names the process, which is moved there.
/// Leaves by: the process is in its place (→ Running), it could not be moved or was not named in time (refused), the shim, its client or
/// the connection is gone (→ Gone; if a process is just being moved, it is killed once it is known where it is).</description></item>
/// <item><term>Running</term><description>The server runs; its run is <see cref="RunState.Ready"/>. Leaves (→ Ending) by: the shim of a
/// guard, the client or the connection of a guard is gone; <c>close_grace</c> after its stdin was closed; <c>idle_timeout</c>; it is
/// replaced; it is over a limit; shutdown; its main process has ended, and others are left.</description></item>
/// <item><term>Ending</term><description>The cleanup queue has it, as any run (<see cref="RunMachine"/>). When the main process has ended,
/// the rest is killed at once. Leaves by: nothing is left (→ Gone; → Unreported, if the guard has not said how the server
/// ended).</description></item>
/// <item><term>Unreported</term><description>Nothing is left and the place is free; the guard is about to say how the server ended. Leaves
/// (→ Gone) by: its word, or that of the shim's end; a second.</description></item>
/// <item><term>Gone</term><description>The place is free. If mcp-init ended the instance, the shim was told the reason.</description>
/// </item>
/// </list>
/// Each state but Gone that waits for the shim or the kernel's side has a deadline, so that no silent process holds a place.
/// </summary>
internal sealed class Pool
{
    private readonly Response _response;
    private readonly ServiceTable _services;
    private readonly OomLedger _ooms;
    private readonly InstanceTable _instances;
    private readonly InstanceDriver _driver;
    private readonly Refusals _refusals;
    private readonly Admission _admission;
    private readonly LaunchSteps _steps;
    private readonly PoolRepair _repair;

    /// <param name="response">The answer to the event.</param>
    /// <param name="services">The services, and the plan in force.</param>
    /// <param name="registry">The registry of all runs.</param>
    /// <param name="ooms">Finds the limit for which the kernel killed.</param>
    /// <param name="forget">Called with each run that is over.</param>
    /// <param name="queue">Gives a run a place in the cleanup queue.</param>
    /// <param name="isEnding">Whether the container stops.</param>
    /// <param name="placesOfServices">The number of services that run or will be started.</param>
    /// <param name="totals">Counts how runs end.</param>
    /// <param name="isMemoryWatched">Whether idle servers go first when memory becomes short.</param>
    public Pool(
        Response response, ServiceTable services, Registry registry, OomLedger ooms, Action<long> forget, Action<long> queue,
        Func<bool> isEnding, Func<int> placesOfServices, CleanupTotals totals, Func<bool> isMemoryWatched)
    {
        (_response, _services, _ooms) = (response, services, ooms);
        _instances = new InstanceTable(registry);
        _driver = new InstanceDriver(response, services, _instances, registry, forget, queue, isEnding, totals);
        _refusals = new Refusals(response, services);
        _admission = new Admission(response, services, _instances, registry, _driver, _refusals, placesOfServices);
        _steps = new LaunchSteps(response, services, registry, _instances, _driver, _admission,
            new LaunchRights(services, registry, _instances), new MistypedNames(response), isEnding, isMemoryWatched);
        _repair = new PoolRepair(response, registry, _instances);
    }

    public Instant Due => Instant.Earlier(_instances.Due, _refusals.Due);

    public bool IsEmpty => _instances.Count == 0;

    public PoolCounts Counts => _instances.Counts;

    public LaunchTotals Totals => _instances.Totals;

    /// <summary>All launches, in no order.</summary>
    public IReadOnlyCollection<Instance> Instances => _instances.All;

    public Instance? Find(long id) => _instances.Find(id);

    /// <summary>An operator ends an instance.</summary>
    public void StopBy(Instance instance, string asker) =>
        _driver.Stop(instance, $"It was stopped by {asker}.", EndReason.Operator);

    /// <summary>Gives places that have become free, by the end of a service or another file, to launches that wait.</summary>
    public void Advance() => _admission.Advance();

    public void Happened(long id, LaunchEvent happened) => _steps.Happened(id, happened);

    /// <summary>An event of a run; false if the run is none of a launch.</summary>
    public bool Take(long run, RunEvent happened)
    {
        if (_instances.OfRun(run) is not { } instance)
            return false;
        _driver.Step(instance, happened);
        return true;
    }

    /// <summary>The turn of a run in the cleanup queue has come; false if it does not wait for one.</summary>
    public bool Turn(long run)
    {
        if (_instances.OfRun(run) is not { Run: { } state } instance || !InstanceDriver.IsQueued(state))
            return false;
        _driver.Step(instance, new RunEvent.Turn());
        return true;
    }

    /// <summary>The main process of an instance has ended.</summary>
    /// <param name="run">The number of the run.</param>
    /// <param name="status">The exit status, if the process had become our child.</param>
    /// <param name="othersLeft">Whether other processes of the run are left.</param>
    public void MainEnded(long run, ExitStatus status, bool othersLeft)
    {
        if (_instances.OfRun(run) is not { } instance)
            return;
        var oom = instance.Oom is { } killed && _response.Now - killed.At <= OomLedger.Patience ? killed.Cause : null;
        if (oom is not null && !status.IsSuccess)
            _driver.Explain(instance, $"Out of memory: the kernel killed it for {oom.Limit}.", EndReason.OutOfMemory);
        _driver.Step(
            instance, status.IsKnown ? new RunEvent.Exited(status, null, othersLeft, oom) : new RunEvent.MainEnded(othersLeft, oom));
    }

    /// <summary>The kernel has killed for memory; false if the run is none of a launch.</summary>
    public bool OutOfMemory(long run, OomCounts atStart, OomCounts now, ByteSize? peak)
    {
        if (_instances.OfRun(run) is not { } instance)
            return false;
        if (_ooms.Take(run, atStart, now, _response.Now) is not { } kills)
            return true;
        var cause = OomCause.Of(kills.Origin, instance.Server.Limits.MemoryMax, _services.Plan.Settings.Limits.Memory);
        instance.Oom = (cause, _response.Now);
        _response.Tell(Notices.ServiceOutOfMemory.Of(instance.Name, kills.Processes, cause.Limit, cause.Word, peak), run);
        return true;
    }

    /// <summary>The limits of a run, and whether it can be ended for them; null if the run is none of a launch.</summary>
    public (CgroupLimits Limits, bool IsEndable)? LimitsOf(long run) => _instances.OfRun(run) is { Run: { } state } instance
        ? (instance.Server.Limits, RunPredicates.IsEndable(state)) : null;

    /// <summary>The instance of a run; null if the run is none of a launch.</summary>
    public Instance? OfRun(long run) => _instances.OfRun(run);

    /// <summary>The state of a run; null if the run is none of a launch.</summary>
    public RunState? StateOf(long run) => _instances.OfRun(run)?.Run;

    /// <summary>The run is over a limit that the kernel does not enforce here.</summary>
    public void OverLimit(long run, string reason)
    {
        if (_instances.OfRun(run) is not { } instance)
            return;
        _driver.Explain(instance, $"It was {reason}.", EndReason.Limit);
        _driver.Step(instance, new RunEvent.OverLimit(reason));
    }

    /// <summary>The shutdown has begun: no launch gets a place any more.</summary>
    public void RefuseWaiting()
    {
        foreach (var instance in Copy())
            if (instance.State is InstanceState.Asked)
                _admission.Refuse(instance, RefusalCode.Stopping, "The container stops.");
    }

    /// <summary>Ends all instances; true if that changes anything.</summary>
    public bool EndAll(bool isKill)
    {
        var hasChanged = false;
        foreach (var instance in Copy())
        {
            var before = instance.State;
            switch (before)
            {
                case InstanceState.Asked:
                    _admission.Refuse(instance, RefusalCode.Stopping, "The container stops.");
                    break;
                case InstanceState.Placed { Main: null }:
                    _driver.Forget(instance, new Effect.RefuseLaunch(instance.Id, RefusalCode.Stopping, "The container stops.", []));
                    break;
                case InstanceState.Placed { IsCancelled: false } placed:
                    _instances.Put(instance, placed with { IsCancelled = true });
                    break;
                case InstanceState.Running when !isKill:
                    _driver.Stop(instance, "The container stops.", EndReason.Shutdown);
                    break;
                case InstanceState.Running or InstanceState.Ending when isKill:
                    _driver.Explain(instance, "The container stops.", EndReason.Shutdown);
                    if (instance.Run is not (RunState.Killing or RunState.OthersKilling))
                        _driver.Step(instance, new RunEvent.Kill());
                    break;
                case InstanceState.Unreported:
                    _driver.Report(instance);
                    break;
                // In a shutdown no run waits for a turn.
                case InstanceState.Ending { Run: RunState.AwaitingStop or RunState.OthersWaiting }:
                    _driver.Step(instance, new RunEvent.Stop(new Outcome.AsAsked()));
                    break;
            }
            hasChanged |= !ReferenceEquals(before, instance.State);
        }
        return hasChanged;
    }

    /// <summary>Takes the steps whose time has come.</summary>
    public void TimePassed()
    {
        var now = _response.Now;
        if (now < Due)
            return;
        _refusals.TellUntold();
        while (_instances.TakeDue(now) is { } instance)
        {
            try
            {
                _steps.DeadlinePassed(instance);
            }
            finally
            {
                if (instance.State is not InstanceState.Gone)
                    _instances.ArmAfter(instance, now);
            }
        }
    }

    /// <summary>The beliefs about the runs of launches, for a comparison with the kernel.</summary>
    public void AddBeliefs(List<RunBelief> beliefs) => _repair.AddBeliefs(beliefs);

    /// <summary>An event of the run was lost; false if the run is none of a launch.</summary>
    public bool Correct(RunFacts facts)
    {
        if (_instances.OfRun(facts.Believed.RunNumber) is not { } instance)
            return false;
        // A launch that is being placed has a deadline of its own.
        if (instance.Run is not { } run || RunBeliefs.Of(run) != facts.Believed)
            return true;
        if (facts.Believed.Stage == RunStage.Collected)
            _ = Take(facts.Believed.RunNumber, new RunEvent.RunEmpty());
        else if (!facts.HasMain)
            MainEnded(facts.Believed.RunNumber, facts.Status ?? ExitStatus.Unknown, facts.IsThere);
        return true;
    }

    /// <summary>Counts again, from the states, and enters runs whose entry was lost.</summary>
    public void Recount()
    {
        _instances.Recount();
        _admission.Recount();
        _repair.EnterAnew();
    }

    /// <summary>The runs that wait for a turn in the cleanup queue.</summary>
    public void AddWaiting(ISet<long> runs)
    {
        foreach (var instance in _instances.All)
            if (instance.Run is { } run && InstanceDriver.IsQueued(run))
                _ = runs.Add(run.Number);
    }

    public void AddRuns(List<long> runs)
    {
        foreach (var instance in _instances.All)
            if (instance.Run is { } run)
                runs.Add(run.Number);
    }

    public void TellStatus()
    {
        foreach (var instance in _instances.All)
            _response.Tell(Notices.LaunchStatus.Of(instance.Name, InstanceText.Of(instance, _response.Now)), instance.RunNumber);
    }

    private List<Instance> Copy() => [.. _instances.All];
}
