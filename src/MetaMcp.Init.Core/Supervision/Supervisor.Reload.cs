using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// SIGHUP: another file is put in force, whole or not at all. A service keeps its place (its index) as long as it has its name,
/// so that nothing that is under way has to be told apart. What its process was started with cannot be changed beneath it: it is
/// ended by the settings it runs with and started anew by the new ones. What only we go by (probes, restarts, order, stopping) is
/// in force at once, and nothing is touched that is the same.
/// </summary>
public sealed partial class Supervisor
{
    private static readonly ServiceEvent Reconfigure = new ServiceEvent.Reconfigure();

    /// <summary>What the process of each service was started with; null where it has none.</summary>
    private ServiceSettings?[] _running;

    private void AskForFile()
    {
        // How many reads come of it is the kernel's to know: kept here, it would stay behind where handling an event goes wrong.
        if (IsEnding)
            Tell(new Notice.SignalIgnored(Signal.Hup, MayBeStop: false));
        else
            _effects.Add(new Effect.ReadFile());
    }

    private ServiceSettings SettingsOf(int service) =>
        StatePredicates.IsActive(_states[service]) && _running[service] is { } running ? running : _plan.Services[service].Settings;

    /// <summary>It is in the file no more, and ends or has ended.</summary>
    private bool IsRetired(int service) => _plan.Services[service].IsRetired;

    private void Reloaded(Plan read)
    {
        if (IsEnding)
            return;
        ReloadDiff next;
        Effect[] told;
        Phase phase;
        try
        {
            next = new ReloadDiff(_plan, read, _states, _records, _running, _jitter, _now);
            var changed = next.Restarted.Count + next.Started.Count;
            told =
            [
                new Effect.Apply(_plan.Settings, next.Plan.Settings),
                new Effect.Report(new Notice.Reloaded(
                    [.. next.Restarted], [.. next.Started], [.. next.Stopped], read.Services.Length - changed)),
            ];
            // What starts now has the whole of the phase, as the file has it now.
            phase = Phase is Phase.StartingUp && changed > 0 ? new Phase.StartingUp(_now + next.Plan.Settings.Startup.Timeout) : Phase;
            _effects.EnsureCapacity(next.States.Length + told.Length);
            _followUps.EnsureCapacity(2 * next.States.Length);
            _deadlines.Grow(next.States.Length);
        }
        catch (OutOfMemoryException)
        {
            Tell(new Notice.ReloadRefused(["mcp-init has no memory to work out what changes; the file before stays in force"]));
            return;
        }
        // From here on it is in force, whole.
        Phase = phase;
        (_plan, _states, _records, _running, _gate, _order, _named) =
            (next.Plan, next.States, next.Records, next.Running, next.Gate, next.Order, next.Named);
        Recount();
        _effects.AddRange(told);
        foreach (var service in next.Reconfigured)
            _followUps.Enqueue((service, Reconfigure));
        foreach (var service in _plan.Services)
            Place(service);
        if (_orphans.PutInForce(_plan.Settings))
            SweepSoon();
    }

    /// <summary>What the new order makes of where it stands.</summary>
    private void Place(PlannedService service)
    {
        if (service.IsRetired)
            StopIfItsTurn(service.Index);
        else if (_states[service.Index] is ServiceState.Waiting)
            StartAnew(service.Index);
        else if (_states[service.Index] is ServiceState.Skipped && !NeedsBroken(service.Index))
            _followUps.Enqueue((service.Index, new ServiceEvent.Resume()));
    }

    /// <summary>Everything that is counted incrementally, from the states as they are.</summary>
    private void Recount()
    {
        _limits.PutInForce(_plan, _states, _now);
        _memory.PutInForce(_plan, _states, _now);
        _unsettled = _active = _over = _missing = _cleanups = 0;
        for (var service = 0; service < _states.Length; service++)
        {
            var state = _states[service];
            _unsettled += _records[service].HasSettled ? 0 : 1;
            _active += StatePredicates.IsActive(state) ? 1 : 0;
            _over += StatePredicates.IsOver(state) ? 1 : 0;
            _missing += IsMissing(service, state) ? 1 : 0;
            _cleanups += StatePredicates.IsCleanedUp(state, _records[service].KillRetries) ? 1 : 0;
            _deadlines.Set(service, state.Due);
        }
    }
}
