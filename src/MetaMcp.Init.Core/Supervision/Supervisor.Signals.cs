using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>Signals that are sent to us: what each means.</summary>
public sealed partial class Supervisor
{
    /// <summary>SIGCONT, SIGURG, SIGWINCH: nobody expects them to do anything (<c>man 7 signal</c>), so nothing is said.</summary>
    private static readonly Signal[] IgnoredByDefault = [Signal.Cont, Signal.FromNumber(23), Signal.Winch];

    private void SignalArrived(Signal signal)
    {
        if (signal == Signal.Quit)
        {
            if (!IsEnding)
                Begin(new Phase.ShuttingDown(_now, 0, Requests: 1), $"{signal}");
            Emergency($"{signal}");
        }
        else if (signal == Signal.Term || signal == Signal.Int || signal == Signal.RtMinPlus3)
            StopRequested(signal);
        else if (signal == Signal.Hup)
            AskForFile();
        else if (signal == Signal.Usr1)
            TellStatus();
        else if (_named.TryReceiver(signal, out var service))
            Forward(signal, service);
        else if (!IgnoredByDefault.Contains(signal))
            Tell(new Notice.SignalIgnored(signal));
    }

    /// <summary>[signals]: to the main process, as from <c>kill</c>. The second stage has not become it yet.</summary>
    private void Forward(Signal signal, int service)
    {
        var run = _states[service] switch
        {
            ServiceState.Starting { Readiness: not Readiness.AwaitingExec } s => s.Run,
            ServiceState.Ready s => s.Run,
            ServiceState.Condemned s => s.Run,
            ServiceState.Stopping s => s.Run,
            _ => (Run?)null,
        };
        Tell(new Notice.SignalForwarded(signal, _plan.Services[service].Name, run?.Pid));
        if (run is { Pid: var pid })
            _effects.Add(new Effect.SignalMain(service, pid, signal));
    }

    private void TellStatus()
    {
        Tell(new Notice.StatusOfAll(Phase, _now - _startedAt, Listed(Standing.IsActive), Listed(_ => true), Missing(), OrphansEnded, Repairs));
        foreach (var service in _plan.Services)
            if (!IsRetired(service.Index) || !Standing.IsOver(_states[service.Index]))
                Tell(new Notice.StatusOf(service.Name, _states[service.Index], _records[service.Index], _now));
    }

    /// <summary>How many of the services that the file has are so.</summary>
    private int Listed(Func<ServiceState, bool> which)
    {
        var count = 0;
        foreach (var service in _plan.Services)
            count += !service.IsRetired && which(_states[service.Index]) ? 1 : 0;
        return count;
    }
}
