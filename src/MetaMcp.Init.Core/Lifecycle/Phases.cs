using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Lifecycle;

/// <summary>The phases: from the first start to the exit of PID 1.</summary>
internal sealed class Phases(
    Response response, ServiceTable services, Pool pool, IServiceWatch[] watches, Func<bool> isAlertAwaited, Instant startedAt)
{
    /// <summary>A process in uninterruptible sleep does not end by SIGKILL; it must not keep the container from ending.</summary>
    public static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(2);

    /// <summary>Services of the file, and those that are gone from it; our own do not count.</summary>
    private int _count = services.Listed(_ => true);
    private int _unsettled = services.Listed(_ => true);
    private int _active;
    private int _ownActive;
    private int _over;
    private int _missing;
    private int _told;
    private Instant _since = startedAt;

    public Instant StartedAt { get; } = startedAt;

    public Phase Phase
    {
        get;
        private set
        {
            field = value;
            response.HasTakenEffect = true;
        }
    } = new Phase.StartingUp(startedAt + services.Plan.Settings.Startup.Timeout);

    /// <summary>The number of services of the file that have a run.</summary>
    public int ActiveServices => _active - _ownActive;

    /// <summary>
    /// The number of services of the file that run or will be started: one in its back-off would otherwise come back to a place that a
    /// launched server has taken, and there would be more than the limit.
    /// </summary>
    public int PlacesOfServices => _count - _over;

    public bool IsEnding => Phase is not (Phase.StartingUp or Phase.Running);

    /// <summary>The first event of all.</summary>
    public void Begin()
    {
        _since = response.Now;
        // A file without services has servers, or [launch] alone.
        var servers = services.Plan.Settings.Servers.Length;
        var count = services.Listed(_ => true);
        response.Tell(count > 0
            ? Notices.StartingUp.Of(count) : Notices.NothingToStart.Of(servers > 0 ? servers : null));
        for (var service = 0; service < services.States.Length; service++)
            if (services.Gate.IsOpen(service))
                response.Follow(service, new ServiceEvent.Start());
    }

    /// <summary>Another file is in force, with this phase.</summary>
    public void PutInForce(Phase phase) => Phase = phase;

    public void StopRequested(Signal signal)
    {
        switch (Phase)
        {
            case Phase.StartingUp or Phase.Running:
                ShutDown($"{signal}", 0, requests: 1);
                break;
            // The shutdown began by itself. This request asks for the same, and is no reason to kill.
            case Phase.ShuttingDown { Requests: 0 } p:
                Phase = p with { Requests = 1 };
                break;
            case Phase.EndingOrphans { Requests: 0 } p:
                Phase = p with { Requests = 1 };
                break;
            default:
                Emergency($"a second {signal}");
                break;
        }
    }

    /// <summary>An operator asks for the shutdown, or for its end.</summary>
    /// <param name="asker">For people.</param>
    /// <param name="isEmergency">Everything is killed at once.</param>
    public void ShutDownBy(string asker, bool isEmergency)
    {
        if (!IsEnding)
            // The runtime may stop the container at the same time: its signal asks for the same.
            ShutDown($"asked by {asker}", 0);
        if (isEmergency)
            Emergency($"asked by {asker}");
    }

    /// <summary>Ends the whole container if the end of this service has to, by its <c>required</c> and the file's rule.</summary>
    public void EndBecauseOf(int service, ServiceState after)
    {
        if (services.IsOwn(service))
            return;
        var settings = services.Plan.Services[service].Settings;
        var rule = services.Plan.Settings.Init.ExitWhen;
        if (settings.Required && (rule != ExitRule.AllExit || Phase is Phase.StartingUp))
            ShutDown($"required service {settings.Name} is gone", StatePredicates.ExitCodeOf(after));
        else if (rule == ExitRule.AnyExits && settings.Type == ServiceType.Daemon &&
            (after is ServiceState.Finished or ServiceState.Failed))
            ShutDown($"{settings.Name} ended", after is ServiceState.Finished f ? f.Status.ShellCode : StatePredicates.ExitCodeOf(after));
    }

    private void ShutDown(string reason, int exitCode, int requests = 0)
    {
        BeginShutdown(new Phase.ShuttingDown(response.Now + services.Plan.Settings.Shutdown.Timeout, exitCode, requests), reason);
        pool.RefuseWaiting();
        for (var service = services.States.Length - 1; service >= 0; service--)
            StopIfItsTurn(service);
    }

    /// <summary>
    /// Whether servers may still be launched although no service is left: the file has servers, and no service that could have been meant
    /// to launch them. Such a container waits for clients that come from outside (docker exec).
    /// </summary>
    private bool IsToLaunch()
    {
        if (services.Plan.Settings.Servers.IsEmpty)
            return false;
        foreach (var service in services.Plan.Services)
            if (service is { IsRetired: false, IsOwn: false, Settings.Type: ServiceType.Daemon })
                return false;
        return true;
    }

    private void BeginShutdown(Phase.ShuttingDown phase, string reason)
    {
        response.MayEndHere();
        // Nothing of this is done before all of it can be: if the same stop were requested again, a stop that had begun would turn into
        // an emergency.
        var (told, drop) =
            (new Effect.Report(Notices.ShuttingDown.Of(reason, services.Plan.Settings.Shutdown.Timeout)), new Effect.DropFile());
        response.Effects.EnsureCapacity(response.Effects.Count + 2);
        Phase = phase;
        foreach (var watch in watches)
            watch.End();
        _since = response.Now;
        response.Add(drop);
        response.Add(told);
    }

    public void StopIfItsTurn(int service)
    {
        var state = services.States[service];
        var isToStop = Phase is Phase.ShuttingDown || (services.IsRetired(service) && !IsEnding);
        var mayStop = services.Order.MayStop(service) || !StatePredicates.IsActive(state);
        if (isToStop && mayStop && !StatePredicates.IsOver(state))
            response.Follow(service, new ServiceEvent.Stop());
    }

    private void Emergency(string reason)
    {
        if (Phase is Phase.ShuttingDown { ExitCode: var code })
        {
            var emergency = Notices.Emergency.Of(reason, services.NamesOf(StatePredicates.IsActive));
            Phase = new Phase.Killing(response.Now + KillPatience, code);
            response.Tell(emergency);
            for (var service = 0; service < services.States.Length; service++)
                if (!StatePredicates.IsOver(services.States[service]))
                    response.Follow(service, new ServiceEvent.Kill());
            _ = pool.EndAll(isKill: true);
        }
        else if (Phase is Phase.EndingOrphans { ExitCode: var orphansCode })
        {
            KillOrphans(orphansCode);
        }
    }

    /// <summary>Enters the next phase when its condition is met; true if that was so, or if there is more to do.</summary>
    public bool Move()
    {
        switch (Phase)
        {
            case Phase.StartingUp when _unsettled == 0:
                Phase = new Phase.Running();
                var (after, missing) = (response.Now - StartedAt, Missing());
                var running = services.Listed(s => s is ServiceState.Active { Run: RunState.Ready });
                var done = services.Listed(s => s is ServiceState.Completed or ServiceState.Finished);
                response.Tell(missing.IsEmpty ? Notices.Up.Of(after, running, done) : Notices.Degraded.Of(after, running, done, missing));
                _told = _missing;
                return true;
            case Phase.Running when _over == _count && pool.IsEmpty && !IsToLaunch() && !services.IsAnyHeld():
                ShutDown("nothing is left to run",
                    services.States.Where((s, at) => s is ServiceState.Failed && !services.IsOwn(at)).Select(StatePredicates.ExitCodeOf)
                        .FirstOrDefault());
                return true;
            case Phase.ShuttingDown shutdown when _active == 0 && pool.IsEmpty && !isAlertAwaited():
                EndOrphans(shutdown);
                return true;
            // Most servers have ended with their clients by now.
            case Phase.ShuttingDown when _active == 0:
                return pool.EndAll(isKill: false);
            case Phase.Killing(_, var code) when _active == 0 && pool.IsEmpty:
                KillOrphans(code);
                return true;
            default:
                return false;
        }
    }

    /// <summary>After the startup has reported its result: reports changes since.</summary>
    public void TellWhetherDegraded()
    {
        if (Phase is not Phase.Running || _told == _missing)
            return;
        if (_missing == 0)
            response.Tell(Notices.WholeAgain.Of());
        else if (_missing > _told)
            response.Tell(Notices.NowDegraded.Of(Missing()));
        _told = _missing;
    }

    /// <summary>
    /// The services that should run and do not, each with the reason: <c>web (exit code 3)</c>, <c>worker (needs web)</c>.
    /// </summary>
    public ImmutableArray<string> Missing()
    {
        var missing = new List<string>(_missing);
        foreach (var service in services.Plan.Services)
        {
            if (!IsMissing(service.Index, services.States[service.Index]))
                continue;
            var reason = services.States[service.Index] switch
            {
                _ when services.Records[service.Index] is { IsHeldUp: true } held => held.Shortage is { } shortage
                    ? $"the container is short of something: {shortage}; it is tried on"
                    : services.States[service.Index] is ServiceState.Waiting ? $"waits for {NamesOfHeldUpBefore(service)}" : "starting",
                ServiceState.Failed s => s.Failure.Reason,
                ServiceState.Skipped s => $"needs {services.NameOf(s.Dependency)}",
                ServiceState.Open => "circuit open",
                _ => "circuit half-open",
            };
            missing.Add($"{service.Name} ({reason})");
        }
        return [.. missing];
    }

    /// <summary>The names of these services.</summary>
    public ImmutableArray<string> MissingNames()
    {
        if (_missing == 0)
            return [];
        var names = ImmutableArray.CreateBuilder<string>(_missing);
        foreach (var service in services.Plan.Services)
            if (IsMissing(service.Index, services.States[service.Index]))
                names.Add(service.Name);
        return names.DrainToImmutable();
    }

    private void EndOrphans(Phase.ShuttingDown shutdown)
    {
        var grace = services.Plan.Settings.Init.OrphanGrace;
        response.Add(new Effect.SignalTheRest(Signal.Term));
        Phase = new Phase.EndingOrphans(Instant.Earlier(response.Now + grace, shutdown.Deadline), shutdown.ExitCode, shutdown.Requests);
    }

    private void KillOrphans(int code)
    {
        response.Add(new Effect.SignalTheRest(Signal.Kill));
        Phase = new Phase.KillingOrphans(response.Now + KillPatience, code);
    }

    public void ChildrenCollected(bool anyLeft)
    {
        if (!anyLeft && Phase is Phase.EndingOrphans { ExitCode: var code })
            Finish(code);
        else if (!anyLeft && Phase is Phase.KillingOrphans(_, var killCode))
            Finish(killCode);
    }

    public void TimedOut()
    {
        switch (Phase)
        {
            case Phase.StartingUp:
                StartupTimedOut(services.Plan.Settings.Startup.Timeout);
                break;
            case Phase.ShuttingDown:
                Emergency($"not down within {Duration.Format(services.Plan.Settings.Shutdown.Timeout)}");
                break;
            case Phase.EndingOrphans { ExitCode: var code }:
                response.Tell(Notices.OrphansKilled.Of(services.Plan.Settings.Init.OrphanGrace));
                KillOrphans(code);
                break;
            case Phase.Killing(_, var code):
                response.Tell(Notices.BeyondKill.Of(services.NamesOf(StatePredicates.IsActive)));
                // Processes that belong to no service have not been sent a signal yet, and may outlive us if we are not PID 1.
                response.Add(new Effect.SignalTheRest(Signal.Kill));
                Finish(code);
                break;
            case Phase.KillingOrphans(_, var code):
                response.Tell(Notices.BeyondKill.Of(ImmutableArray<string>.Empty));
                Finish(code);
                break;
        }
    }

    private void StartupTimedOut(TimeSpan timeout)
    {
        var missing = services.Plan.Services.Where(s => !services.Records[s.Index].HasSettled).ToList();
        response.Tell(Notices.StartupTimedOut.Of(timeout, missing.Select(s => s.Name).ToImmutableArray()));
        var isHeldUp = HeldUp();
        missing.RemoveAll(s => isHeldUp[s.Index] || services.Records[s.Index].HeldBy is not null);
        if (missing.Find(s => s.Settings.Required) is { } required)
        {
            ShutDown($"required service {required.Name} is not up", 1);
            return;
        }
        var givenUp = new ServiceEvent.GiveUp($"not up within the startup phase's {Duration.Format(timeout)}");
        response.FollowUps.EnsureCapacity(response.FollowUps.Count + missing.Count);
        response.MayEndHere();
        // Services that are given up now are reported at the end of this method.
        Phase = new Phase.Running();
        for (var service = 0; service < isHeldUp.Length; service++)
        {
            if (!isHeldUp[service])
                continue;
            _unsettled--;
            _missing += StatePredicates.IsMissing(services.States[service]) ? 0 : 1;
            services.Records[service] = services.Records[service] with { HasSettled = true, IsHeldUp = true };
        }
        foreach (var service in missing)
            response.Follow(service.Index, givenUp);
    }

    /// <summary>
    /// The services that a shortage has kept from starting, and the services that wait for them or for one that an operator has stopped:
    /// the end of the startup gives up on none of them, since no service is to blame. A service that was started only late, because of a
    /// shortage, still has its start_timeout.
    /// </summary>
    private bool[] HeldUp()
    {
        var isHeldUp = new bool[services.States.Length];
        for (var service = 0; service < isHeldUp.Length; service++)
            isHeldUp[service] = services.Records[service] is { HasSettled: false, Shortage: not null } && !services.IsRetired(service);
        // A service comes after the services it waits for in the waves, but its index need not be higher.
        bool hasChanged;
        do
        {
            hasChanged = false;
            foreach (var service in services.Plan.Services)
            {
                if (isHeldUp[service.Index] || services.Records[service.Index].HasSettled ||
                    services.States[service.Index] is not ServiceState.Waiting)
                    continue;
                foreach (var awaited in service.DependsOn.Concat(service.After))
                    hasChanged |= isHeldUp[service.Index] |= isHeldUp[awaited] || services.Records[awaited].HeldBy is not null;
            }
        }
        while (hasChanged);
        return isHeldUp;
    }

    private string NamesOfHeldUpBefore(PlannedService service) =>
        string.Join(", ",
            service.DependsOn.Concat(service.After).Where(
                s => services.Records[s] is { IsHeldUp: true } or { HeldBy: not null }).Select(s => services.NameOf(s)));

    public bool IsMissing(int service, ServiceState state) =>
        !services.IsOwn(service) && (StatePredicates.IsMissing(state) || services.Records[service].IsHeldUp);

    private void Finish(int code)
    {
        response.Tell(Notices.Down.Of(response.Now - _since, code));
        response.Add(new Effect.Exit(code));
        Phase = new Phase.Done(code);
    }

    public void Changed(int service, ServiceState before, ServiceState after)
    {
        var wasMissing = IsMissing(service, before);
        if (StatePredicates.IsSettled(after))
        {
            _unsettled -= services.Records[service].HasSettled ? 0 : 1;
            services.Records[service] = services.Records[service].Settled();
        }
        var active = Difference(StatePredicates.IsActive(before), StatePredicates.IsActive(after));
        _active += active;
        _ownActive += services.IsOwn(service) ? active : 0;
        _over += services.IsOwn(service) ? 0 : Difference(StatePredicates.IsOver(before), StatePredicates.IsOver(after));
        _missing += Difference(wasMissing, IsMissing(service, after));
    }

    public void Recount()
    {
        _count = _unsettled = _active = _ownActive = _over = _missing = 0;
        for (var service = 0; service < services.States.Length; service++)
        {
            var (state, isOwn) = (services.States[service], services.IsOwn(service));
            _count += isOwn ? 0 : 1;
            _unsettled += services.Records[service].HasSettled ? 0 : 1;
            _active += StatePredicates.IsActive(state) ? 1 : 0;
            _ownActive += isOwn && StatePredicates.IsActive(state) ? 1 : 0;
            _over += !isOwn && StatePredicates.IsOver(state) ? 1 : 0;
            _missing += IsMissing(service, state) ? 1 : 0;
        }
    }

    private static int Difference(bool before, bool after) => (after ? 1 : 0) - (before ? 1 : 0);
}
