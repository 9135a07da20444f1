using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>The phases: from the first start to the exit of PID 1.</summary>
public sealed partial class Supervisor
{
    /// <summary>A process in uninterruptible sleep takes no SIGKILL; it must not hold the container for ever.</summary>
    public static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(2);

    private bool IsEnding => Phase is not (Phase.StartingUp or Phase.Running);

    private void StopRequested(Signal signal)
    {
        switch (Phase)
        {
            case Phase.StartingUp or Phase.Running:
                ShutDown($"{signal}", 0, requests: 1);
                break;
            // Everything ends already, by itself: that is what is asked for, and no reason to kill.
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

    /// <summary>Whether the end of one service is the end of all, by its own importance and the file's rule.</summary>
    private void EndBecauseOf(int service, ServiceState after)
    {
        var settings = _plan.Services[service].Settings;
        var rule = _plan.Settings.Init.ExitWhen;
        if (settings.Required && (rule != ExitRule.AllExit || Phase is Phase.StartingUp))
            ShutDown($"required service {settings.Name} is gone", StatePredicates.ExitCodeOf(after));
        else if (rule == ExitRule.AnyExits && settings.Type == ServiceType.Daemon &&
            (after is ServiceState.Finished or ServiceState.Failed))
            ShutDown($"{settings.Name} ended", after is ServiceState.Finished f ? f.Status.ShellCode : StatePredicates.ExitCodeOf(after));
    }

    private void ShutDown(string reason, int exitCode, int requests = 0)
    {
        Begin(new Phase.ShuttingDown(_now + _plan.Settings.Shutdown.Timeout, exitCode, requests), reason);
        for (var service = _states.Length - 1; service >= 0; service--)
            StopIfItsTurn(service);
    }

    private void Begin(Phase.ShuttingDown phase, string reason)
    {
        MayEndHere();
        // All or nothing: asked again, a stop that has begun would be an emergency.
        var (told, drop) = (new Effect.Report(new Notice.ShuttingDown(reason, _plan.Settings.Shutdown.Timeout)), new Effect.DropFile());
        _effects.EnsureCapacity(_effects.Count + 2);
        Phase = phase;
        _limits.End();
        _memory.End();
        _phaseSince = _now;
        _effects.Add(drop);
        _effects.Add(told);
    }

    private void StopIfItsTurn(int service)
    {
        var state = _states[service];
        if ((Phase is Phase.ShuttingDown || (IsRetired(service) && !IsEnding)) && !StatePredicates.IsOver(state) &&
            (_order.MayStop(service) || !StatePredicates.IsActive(state)))
            _followUps.Enqueue((service, new ServiceEvent.Stop()));
    }

    private void Emergency(string reason)
    {
        if (Phase is Phase.ShuttingDown { ExitCode: var code })
        {
            var emergency = new Notice.Emergency(reason, NamesOf(StatePredicates.IsActive));
            Phase = new Phase.Killing(_now + KillPatience, code);
            Tell(emergency);
            for (var service = 0; service < _states.Length; service++)
                if (!StatePredicates.IsOver(_states[service]))
                    _followUps.Enqueue((service, new ServiceEvent.Kill()));
        }
        else if (Phase is Phase.EndingOrphans { ExitCode: var orphansCode })
        {
            KillOrphans(orphansCode);
        }
    }

    /// <summary>Moves on when what the phase waits for has come about; true where it did, or where more is to be done.</summary>
    private bool MovePhase()
    {
        switch (Phase)
        {
            case Phase.StartingUp when _unsettled == 0:
                Phase = new Phase.Running();
                Tell(new Notice.Up(_now - _startedAt,
                    Listed(s => s is ServiceState.Active { Run: RunState.Ready }),
                        Listed(s => s is ServiceState.Completed or ServiceState.Finished),
                    Missing()));
                _told = _missing;
                return true;
            case Phase.Running when _over == _states.Length:
                ShutDown("nothing is left to run",
                    _states.Where(s => s is ServiceState.Failed).Select(StatePredicates.ExitCodeOf).FirstOrDefault());
                return true;
            case Phase.ShuttingDown shutdown when _active == 0:
                EndOrphans(shutdown);
                return true;
            case Phase.Killing(_, var code) when _active == 0:
                KillOrphans(code);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Once the startup has said what it came to: what is new since.</summary>
    private void TellWhetherDegraded()
    {
        if (Phase is not Phase.Running || _told == _missing)
            return;
        if (_missing == 0)
            Tell(new Notice.WholeAgain());
        else if (_missing > _told)
            Tell(new Notice.Degraded(Missing()));
        _told = _missing;
    }

    /// <summary>What is to run and does not, each with the reason: <c>web (exit code 3)</c>, <c>worker (needs web)</c>.</summary>
    private ImmutableArray<string> Missing()
    {
        var missing = new List<string>(_missing);
        foreach (var service in _plan.Services)
        {
            if (!IsMissing(service.Index, _states[service.Index]))
                continue;
            var reason = _states[service.Index] switch
            {
                _ when _records[service.Index] is { IsHeldUp: true } held => held.Shortage is { } shortage
                    ? $"the container is short of something: {shortage}; it is tried on"
                    : _states[service.Index] is ServiceState.Waiting ? $"waits for {NamesOfHeldUpBefore(service)}" : "starting",
                ServiceState.Failed s => s.Failure.Reason,
                ServiceState.Skipped s => $"needs {_plan.Services[s.Dependency].Name}",
                ServiceState.Open => "circuit open",
                _ => "circuit half-open",
            };
            missing.Add($"{service.Name} ({reason})");
        }
        return [.. missing];
    }

    private void EndOrphans(Phase.ShuttingDown shutdown)
    {
        var grace = _plan.Settings.Init.OrphanGrace;
        _effects.Add(new Effect.SignalTheRest(Signal.Term));
        Phase = new Phase.EndingOrphans(Instant.Earlier(_now + grace, shutdown.Deadline), shutdown.ExitCode, shutdown.Requests);
    }

    private void KillOrphans(int code)
    {
        _effects.Add(new Effect.SignalTheRest(Signal.Kill));
        Phase = new Phase.KillingOrphans(_now + KillPatience, code);
    }

    private void ChildrenCollected(bool anyLeft)
    {
        if (!anyLeft && Phase is Phase.EndingOrphans { ExitCode: var code })
            Finish(code);
        else if (!anyLeft && Phase is Phase.KillingOrphans(_, var killCode))
            Finish(killCode);
    }

    private void PhaseTimedOut()
    {
        switch (Phase)
        {
            case Phase.StartingUp:
                StartupTimedOut(_plan.Settings.Startup.Timeout);
                break;
            case Phase.ShuttingDown:
                Emergency($"not down within {Duration.Format(_plan.Settings.Shutdown.Timeout)}");
                break;
            case Phase.EndingOrphans { ExitCode: var code }:
                Tell(new Notice.KillingOrphans(_plan.Settings.Init.OrphanGrace));
                KillOrphans(code);
                break;
            case Phase.Killing(_, var code):
                Tell(new Notice.BeyondKill(NamesOf(StatePredicates.IsActive)));
                // What belongs to no service has not been sent anything yet, and may outlive us where we are not PID 1.
                _effects.Add(new Effect.SignalTheRest(Signal.Kill));
                Finish(code);
                break;
            case Phase.KillingOrphans(_, var code):
                Tell(new Notice.BeyondKill([]));
                Finish(code);
                break;
        }
    }

    private void StartupTimedOut(TimeSpan timeout)
    {
        var missing = _plan.Services.Where(s => !_records[s.Index].HasSettled).ToList();
        Tell(new Notice.StartupTimedOut(timeout, [.. missing.Select(s => s.Name)]));
        var isHeldUp = HeldUp();
        missing.RemoveAll(s => isHeldUp[s.Index]);
        if (missing.Find(s => s.Settings.Required) is { } required)
        {
            ShutDown($"required service {required.Name} is not up", 1);
            return;
        }
        var givenUp = new ServiceEvent.GiveUp($"not up within the startup phase's {Duration.Format(timeout)}");
        _followUps.EnsureCapacity(_followUps.Count + missing.Count);
        MayEndHere();
        // What is given up on now is told at the end of this.
        Phase = new Phase.Running();
        for (var service = 0; service < isHeldUp.Length; service++)
        {
            if (!isHeldUp[service])
                continue;
            _unsettled--;
            _missing += StatePredicates.IsMissing(_states[service]) ? 0 : 1;
            _records[service] = _records[service] with { HasSettled = true, IsHeldUp = true };
        }
        foreach (var service in missing)
            _followUps.Enqueue((service.Index, givenUp));
    }

    /// <summary>
    /// What a shortage has kept from starting, and what waits for that: the end of the startup gives up on neither, since nobody is to
    /// blame. A start that got what it takes only late has its start_timeout still.
    /// </summary>
    private bool[] HeldUp()
    {
        var isHeldUp = new bool[_states.Length];
        for (var service = 0; service < isHeldUp.Length; service++)
            isHeldUp[service] = _records[service] is { HasSettled: false, Shortage: not null } && !IsRetired(service);
        // A service follows what it waits for in the waves, not always by its index.
        bool hasChanged;
        do
        {
            hasChanged = false;
            foreach (var service in _plan.Services)
            {
                if (isHeldUp[service.Index] || _records[service.Index].HasSettled || _states[service.Index] is not ServiceState.Waiting)
                    continue;
                foreach (var awaited in service.DependsOn.Concat(service.After))
                    hasChanged |= isHeldUp[service.Index] |= isHeldUp[awaited];
            }
        }
        while (hasChanged);
        return isHeldUp;
    }

    private string NamesOfHeldUpBefore(PlannedService service) =>
        string.Join(", ", service.DependsOn.Concat(service.After).Where(s => _records[s].IsHeldUp).Select(s => _plan.Services[s].Name));

    private bool IsMissing(int service, ServiceState state) => StatePredicates.IsMissing(state) || _records[service].IsHeldUp;

    private void Finish(int code)
    {
        Tell(new Notice.Down(_now - _phaseSince, code));
        _effects.Add(new Effect.Exit(code));
        Phase = new Phase.Done(code);
    }
}
