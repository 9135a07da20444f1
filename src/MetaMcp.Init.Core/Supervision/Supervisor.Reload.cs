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
    /// <summary>What the process of each service was started with; null where it has none.</summary>
    private ServiceSettings?[] _running;

    private void AskForFile()
    {
        // How many reads come of it is the kernel's to know: kept here, it would stay behind where handling an event goes wrong.
        if (IsEnding)
            Tell(new Notice.SignalIgnored(Signal.Hup));
        else
            _effects.Add(new Effect.ReadFile());
    }

    private ServiceSettings SettingsOf(int service) =>
        Standing.IsActive(_states[service]) && _running[service] is { } running ? running : _plan.Services[service].Settings;

    /// <summary>It is in the file no more, and ends or has ended.</summary>
    private bool IsRetired(int service) => _plan.Services[service].IsRetired;

    private void Reload(Plan read)
    {
        if (IsEnding)
            return;
        var before = _plan;
        _plan = Plan.Succeed(before, read, vacant: service => IsRetired(service) && Standing.IsOver(_states[service]));
        Grow(_plan.Services.Length);
        var (restarted, started, stopped) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var service in _plan.Services)
        {
            var index = service.Index;
            var old = index < before.Services.Length ? before.Services[index] : null;
            if (service.IsRetired)
            {
                if (old is { IsRetired: false } && !Standing.IsOver(_states[index]))
                    stopped.Add(service.Name);
                // The startup does not wait for it, and what it came to is of no account.
                _records[index] = _records[index] with { HasSettled = true };
                if (Standing.IsOver(_states[index]))
                    _states[index] = new ServiceState.Stopped();
            }
            else if (old is null || old.IsRetired || old.Name != service.Name)
            {
                started.Add(service.Name);
                // Should it still be on its way out under the file before, it starts when it has ended.
                if (old is not null && (old.Name != service.Name || Standing.IsOver(_states[index])))
                    (_states[index], _records[index]) = (new ServiceState.Waiting(), new ServiceRecord { ChangedAt = _now });
                else if (old is not null)
                    _followUps.Enqueue((index, new ServiceEvent.Reconfigure()));
            }
            else if (!LaunchSignature.AreSame(old.Settings, service.Settings))
            {
                restarted.Add(service.Name);
                _followUps.Enqueue((index, new ServiceEvent.Reconfigure()));
            }
            // What is to bring it back need not be what it is started with.
            else if (_states[index] is ServiceState.Failed && MayFare(old.Settings, service.Settings))
            {
                started.Add(service.Name);
                _followUps.Enqueue((index, new ServiceEvent.Reconfigure()));
            }
            else if (_running[index] is { } running && LaunchSignature.AreSame(running, service.Settings))
                _running[index] = service.Settings;
        }
        // Those have the whole of the phase, as the file has it now.
        if (Phase is Phase.StartingUp && restarted.Count + started.Count > 0)
            Phase = new Phase.StartingUp(_now + _plan.Settings.Startup.Timeout);
        Recount();
        _effects.Add(new Effect.Apply(before.Settings, _plan.Settings));
        Tell(new Notice.Reloaded([.. restarted], [.. started], [.. stopped], read.Services.Length - restarted.Count - started.Count));
        foreach (var service in _plan.Services)
            Place(service);
    }

    /// <summary>Whether one that failed for good may fare otherwise.</summary>
    private static bool MayFare(ServiceSettings before, ServiceSettings after) =>
        after.EnvironmentFile is not null || before.Restart != after.Restart || before.Probe != after.Probe || before.StartTimeout != after.StartTimeout;

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

    private void Grow(int services)
    {
        var before = _states.Length;
        if (services == before)
            return;
        Array.Resize(ref _states, services);
        Array.Resize(ref _records, services);
        Array.Resize(ref _running, services);
        _deadlines.Grow(services);
        for (var service = before; service < services; service++)
            (_states[service], _records[service]) = (new ServiceState.Waiting(), new ServiceRecord { ChangedAt = _now });
    }

    /// <summary>Everything that is counted incrementally, from the states as they are.</summary>
    private void Recount()
    {
        _gate = new StartGate(_plan, _states);
        _order = new StopOrder(_plan, _states);
        _limits = new LimitWatch(_plan, _sampled);
        if (_orphans.PutInForce(_plan.Settings))
            SweepSoon();
        FindNamed();
        _unsettled = _active = _over = _missing = _cleanups = 0;
        var waiting = new ServiceState.Waiting();
        for (var service = 0; service < _states.Length; service++)
        {
            var state = _states[service];
            _unsettled += _records[service].HasSettled ? 0 : 1;
            _active += Standing.IsActive(state) ? 1 : 0;
            _over += Standing.IsOver(state) ? 1 : 0;
            _missing += Standing.IsMissing(state) ? 1 : 0;
            _cleanups += Standing.IsCleanedUp(state, _plan.Settings.Shutdown.Retries) ? 1 : 0;
            _limits.Changed(service, waiting, state, _now);
        }
    }

    /// <summary>What the file names services for: signals, and whom to be started anew with.</summary>
    private void FindNamed()
    {
        var indices = new Dictionary<string, int>(_states.Length);
        foreach (var service in _plan.Services)
            if (!service.IsRetired)
                indices[service.Name] = service.Index;
        _receivers.Clear();
        foreach (var (signal, name) in _plan.Settings.Signals)
            _receivers[signal] = indices[name];
        _restartedWith = Array.ConvertAll(_states, _ => new List<int>());
        foreach (var service in _plan.Services)
            if (!service.IsRetired)
                foreach (var name in service.Settings.RestartWith)
                    _restartedWith[indices[name]].Add(service.Index);
    }
}
