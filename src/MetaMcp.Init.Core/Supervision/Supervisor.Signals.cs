using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>Signals that are sent to us: what each means.</summary>
public sealed partial class Supervisor
{
    private bool _hasToldOfWinch;

    /// <summary>
    /// A stop before everything else, so that [shutdown] signals may take SIGHUP or SIGUSR1. Of a terminal that changes its size nobody
    /// expects that it stops the container, whatever is in that list.
    /// </summary>
    private void SignalArrived(Signal signal, bool isOfKernel)
    {
        var isResize = signal == Signal.Winch && isOfKernel;
        if (_plan.Settings.Shutdown.IsStop(signal) && !isResize)
            StopRequested(signal);
        else if (signal == Signal.Hup)
            AskForFile();
        else if (signal == Signal.Usr1)
            TellStatus();
        else if (_named.TryReceiver(signal, out var service))
            Forward(signal, service);
        else if (!isResize)
            Ignored(signal);
    }

    /// <summary>
    /// It may be the image's STOPSIGNAL, and then somebody waits for nothing until SIGKILL. SIGCONT and SIGURG do nothing by default
    /// (<c>man 7 signal</c>) and are no image's. SIGWINCH, which is that of some, also comes from clients that pass on what they get
    /// (<c>docker run</c> in a window): so it is told of once.
    /// </summary>
    private void Ignored(Signal signal)
    {
        if (signal == Signal.Cont || signal == Signal.Urg || (signal == Signal.Winch && _hasToldOfWinch))
            return;
        _hasToldOfWinch |= signal == Signal.Winch;
        Tell(new Notice.SignalIgnored(signal, MayBeStop: true));
    }

    /// <summary>[signals]: to the main process, as from <c>kill</c>. The second stage has not become it yet.</summary>
    private void Forward(Signal signal, int service)
    {
        var run = StatePredicates.RunStateOf(_states[service]) switch
        {
            RunState.Starting { Readiness: not Readiness.AwaitingExec, IsForked: false } s => s.Run,
            RunState.Ready s => s.Run,
            RunState.AwaitingStop s => s.Run,
            RunState.Stopping s => s.Run,
            _ => (Run?)null,
        };
        Tell(new Notice.SignalForwarded(signal, _plan.Services[service].Name, run?.Pid));
        if (run is { Number: var number, Pid: var pid })
            _effects.Add(new Effect.SignalMain(number, pid, signal) { IsForwarded = true });
    }

    private void TellStatus()
    {
        Tell(new Notice.StatusOfAll(
            Phase, _now - _startedAt, Listed(StatePredicates.IsActive), Listed(_ => true), Missing(), OrphansEnded, Repairs));
        foreach (var service in _plan.Services)
            if (!IsRetired(service.Index) || !StatePredicates.IsOver(_states[service.Index]))
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
