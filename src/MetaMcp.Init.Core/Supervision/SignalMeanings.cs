using MetaMcp.Init.Core.Cleanup;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Reload;
using MetaMcp.Init.Core.Repair;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>The meaning of each signal that is sent to us.</summary>
internal sealed class SignalMeanings(
    Response response, ServiceTable services, Phases phases, ReloadEvents reload, Pool pool, OrphanWatch orphans, Reconciler reconciler)
{
    private bool _hasToldOfWinch;

    /// <summary>
    /// A stop takes precedence, so that [shutdown] signals may take SIGHUP or SIGUSR1. A terminal whose size changes must not stop the
    /// container, even if SIGWINCH is in that list.
    /// </summary>
    public void Arrived(Signal signal, bool isOfKernel)
    {
        var isResize = signal == Signal.Winch && isOfKernel;
        if (services.Plan.Settings.Shutdown.IsStop(signal) && !isResize)
            phases.StopRequested(signal);
        else if (signal == Signal.Hup)
            reload.Ask();
        else if (signal == Signal.Usr1)
            TellStatus();
        else if (services.Named.TryReceiver(signal, out var service))
            Forward(signal, service);
        else if (!isResize)
            Ignored(signal);
    }

    /// <summary>
    /// The signal may be the STOPSIGNAL of the image; then the runtime that sent it waits in vain until it sends SIGKILL, so a notice
    /// says that the signal is ignored. SIGCONT and SIGURG do nothing by default (<c>man 7 signal</c>) and are the STOPSIGNAL of no
    /// image. SIGWINCH is that of some images, but also comes from clients that pass on what they get (<c>docker run</c> in a window), so
    /// it is reported once.
    /// </summary>
    private void Ignored(Signal signal)
    {
        if (signal == Signal.Cont || signal == Signal.Urg || (signal == Signal.Winch && _hasToldOfWinch))
            return;
        _hasToldOfWinch |= signal == Signal.Winch;
        response.Tell(Notices.StopSignalIgnored.Of(signal));
    }

    /// <summary>
    /// [signals]: passes the signal to the main process, as <c>kill</c> would; not while the second stage has not executed the service's
    /// program.
    /// </summary>
    private void Forward(Signal signal, int service)
    {
        var run = services.RunStateOf(service) switch
        {
            RunState.Starting { Readiness: not Readiness.AwaitingExec, IsForked: false } s => s.Run,
            RunState.Ready s => s.Run,
            RunState.AwaitingStop s => s.Run,
            RunState.Stopping s => s.Run,
            _ => (Run?)null,
        };
        if (run is not { Number: var number, Pid: var pid })
        {
            response.Tell(Notices.SignalNotForwarded.Of(signal, services.NameOf(service)));
            return;
        }
        response.Tell(Notices.SignalForwarded.Of(signal, services.NameOf(service), pid), number);
        response.Add(new Effect.SignalMain(number, pid, signal) { IsForwarded = true });
    }

    /// <summary>A service that is gone from the file until it has ended; one of our own only if it does not do its work.</summary>
    private bool IsShown(PlannedService service)
    {
        var state = services.States[service.Index];
        return service.IsOwn ? StatePredicates.IsMissing(state) : !service.IsRetired || !StatePredicates.IsOver(state);
    }

    private void TellStatus()
    {
        response.Tell(Notices.Status.Of(new SystemStatus(
            phases.Phase, response.Now - phases.StartedAt, services.Listed(StatePredicates.IsActive), services.Listed(_ => true),
            phases.Missing(), orphans.Ended, reconciler.Repairs)));
        foreach (var service in services.Plan.Services)
            if (IsShown(service))
                response.Tell(
                    Notices.StatusOf.Of(
                        service.Name,
                        new ServiceStatus(service.Name, services.States[service.Index], services.Records[service.Index], response.Now)),
                    services.RunOf(service.Index));
        pool.TellStatus();
    }
}
