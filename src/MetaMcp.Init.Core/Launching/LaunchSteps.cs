using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>The step of one launch for each event: the transitions in the table of <see cref="Pool"/>.</summary>
internal sealed class LaunchSteps(
    Response response, ServiceTable services, Registry registry, InstanceTable instances, InstanceDriver driver, Admission admission,
    LaunchRights rights, MistypedNames names, Func<bool> isEnding, Func<bool> isMemoryWatched)
{
    private Settings? _catalogued;
    private ServerCatalog? _catalog;

    private ServerCatalog Catalog
    {
        get
        {
            var settings = services.Plan.Settings;
            if (!ReferenceEquals(settings, _catalogued))
                (_catalog, _catalogued) = (new ServerCatalog(settings), settings);
            return _catalog!;
        }
    }

    public void Happened(long id, LaunchEvent happened)
    {
        if (happened is LaunchEvent.Asked(var request))
        {
            Ask(id, request);
            return;
        }
        if (instances.Find(id) is not { } instance)
        {
            // It is over, and the effect that says so was lost for want of memory.
            if (happened is LaunchEvent.ShimEnded or LaunchEvent.Disconnected)
                response.Add(new Effect.EndLaunch(id, null));
            return;
        }
        switch (happened)
        {
            case LaunchEvent.Named(var main, var unwrapping):
                Named(instance, main, unwrapping);
                break;
            case LaunchEvent.Placed(var main):
                Placed(instance, main);
                break;
            case LaunchEvent.NotPlaced(var reason, var isShortage):
                NotPlaced(instance, reason, isShortage);
                break;
            case LaunchEvent.Closed:
                Closed(instance);
                break;
            case LaunchEvent.Idle(var isIdle):
                Idle(instance, isIdle);
                break;
            case LaunchEvent.Started:
                instances.SetStarting(instance, Instant.Never);
                break;
            case LaunchEvent.Exited(var status, var isAsked):
                (instance.Exit, instance.IsAsked) = (status, isAsked);
                if (instance.State is InstanceState.Unreported)
                    driver.Report(instance);
                break;
            case LaunchEvent.ShimEnded when instance is { IsExec: true, State: InstanceState.Running }:
            case LaunchEvent.Disconnected when instance is { IsExec: true, State: InstanceState.Running }:
                // The shim has become the server, whose end comes by itself; the connection was closed by the exec.
                break;
            case LaunchEvent.ShimEnded:
                Abandoned(instance, "Its guard (mcp-init launch) is gone.");
                break;
            case LaunchEvent.ClientEnded:
                Abandoned(instance, "Its client has ended.");
                break;
            case LaunchEvent.Disconnected:
                Abandoned(instance, "Its guard (mcp-init launch) is gone.");
                break;
            default:
                response.Tell(Notices.Bug.Of($"unknown event {happened}"));
                break;
        }
    }

    private void Ask(long id, LaunchRequest request)
    {
        var found = Catalog.Find(request.Name, request.Package);
        var server = found ?? Catalog.Unknown(request.Name ?? request.Package ?? request.Program);
        if (isMemoryWatched() && server.Shim == ShimMode.Guard)
            server = server with { IsMemoryWatched = true };
        var slot = instances.Reserve(server.Name, isInFile: found is not null);
        var instance = new Instance(id, slot, request, server, ServiceOf(request.Run), response.Now);
        instances.Add(instance);
        // The launch is known now, and must not be entered a second time.
        response.HasTakenEffect = true;
        instance.Near = found is null ? names.Near(request, services.Plan.Settings) : null;
        if (isEnding())
            admission.Refuse(instance, RefusalCode.Stopping, "The container stops.");
        else if (rights.WhyNot(instance, isInFile: found is not null) is { } refused)
            admission.Refuse(instance, refused.Code, refused.Reason);
        else
            admission.Seek(instance);
    }

    /// <summary>The service to which a run belongs: its own, or that of the client which launched it.</summary>
    private string? ServiceOf(long run) => registry.Find(run)?.Owner switch
    {
        RunOwner.Service(var service) => services.NameOf(service),
        RunOwner.Launch(var id) => instances.Find(id)?.Service,
        _ => null,
    };

    /// <summary>
    /// The guard of the server, and so its processes, are below a process of that run, which collects them: the kernel adds their
    /// processor time to its own.
    /// </summary>
    private void MarkLauncher(long run)
    {
        switch (registry.Find(run)?.Owner)
        {
            case RunOwner.Service(var service):
                services.Records[service] = services.Records[service] with { LaunchedIn = run };
                break;
            case RunOwner.Launch(var id) when instances.Find(id) is { } launcher:
                launcher.HasLaunched = true;
                break;
        }
    }

    private void Named(Instance instance, ProcessKey main, string? unwrapping)
    {
        if (instance.State is not InstanceState.Placed { Main: null } placed)
            return;
        response.Effects.EnsureCapacity(response.Effects.Count + 1);
        instances.Put(instance, placed with
        {
            Main = main, Unwrapping = unwrapping, By = response.Now + Admission.PlacingPatience,
        });
        response.Add(new Effect.PlaceLaunch(instance.Id, placed.Run, main));
    }

    private void Placed(Instance instance, ProcessKey main)
    {
        if (instance.State is not InstanceState.Placed placed)
            return;
        response.MayEndHere();
        response.Effects.EnsureCapacity(response.Effects.Count + 4);
        var told = Notices.LaunchStarted.Of(instance.Name, instance.Service, main.Pid);
        told.Run = placed.Run;
        var runner = placed.Unwrapping is { } unwrapping ? Notices.LaunchRunner.Of(instance.Name, unwrapping) : null;
        driver.Begin(instance, RunMachine.Adopt(placed.Run, main, response.Now));
        instances.Totals.AddStarted(instance.Server.Name);
        MarkLauncher(instance.Request.Run);
        response.Add(new Effect.Report(told));
        if (placed.IsCancelled || isEnding())
        {
            driver.Explain(instance, "It was not wanted any more.", isEnding() ? EndReason.Shutdown : EndReason.ClientGone);
            driver.Step(instance, new RunEvent.Kill());
            return;
        }
        response.Add(new Effect.GoLaunch(instance.Id));
        if (runner is not null)
        {
            runner.Run = placed.Run;
            response.Add(new Effect.Report(runner));
        }
        if (instance.IsExec)
            instances.SetStarting(instance, Instant.Never);
        if (instance.IsClosed)
            Closed(instance);
    }

    private void NotPlaced(Instance instance, string reason, bool isShortage)
    {
        if (instance.State is InstanceState.Placed)
            admission.Refuse(instance, isShortage ? RefusalCode.Shortage : RefusalCode.Invalid, reason);
    }

    private void Closed(Instance instance)
    {
        instance.IsClosed = true;
        if (instance.State is not InstanceState.Running || instance.CloseBy != Instant.Never)
            return;
        instance.CloseBy = response.Now + instance.Server.CloseGrace;
        instances.Arm(instance);
    }

    private void Idle(Instance instance, bool isIdle)
    {
        if (instance.Server.IdleAfter is not { } after)
            return;
        // The guard saw no traffic for all of that time.
        instance.IdleSince = isIdle ? Instant.Later(instance.Since, response.Now + after.Negate()) : Instant.Never;
        instances.Arm(instance);
    }

    /// <summary>The shim, its client or the connection is gone: the server must not outlive it.</summary>
    private void Abandoned(Instance instance, string reason)
    {
        switch (instance.State)
        {
            case InstanceState.Asked:
                admission.Leave(instance);
                driver.Forget(instance, new Effect.EndLaunch(instance.Id, null));
                break;
            case InstanceState.Placed { Main: null }:
                driver.Forget(instance, new Effect.EndLaunch(instance.Id, null));
                break;
            case InstanceState.Placed placed:
                instances.Put(instance, placed with { IsCancelled = true });
                break;
            case InstanceState.Ending { Run: RunState.AwaitingStop }:
                driver.Step(instance, new RunEvent.Stop(new Outcome.AsAsked()), isUrgent: true);
                break;
            case InstanceState.Unreported:
                driver.Report(instance);
                break;
            default:
                // Its client is gone, so that it does not wait for a turn in the cleanup queue.
                driver.Stop(instance, reason, EndReason.ClientGone, isUrgent: true);
                break;
        }
    }

    /// <summary>The deadline of a launch has come.</summary>
    public void DeadlinePassed(Instance instance)
    {
        var now = response.Now;
        if (now >= instance.StartBy)
            instances.SetStarting(instance, Instant.Never);
        switch (instance.State)
        {
            case InstanceState.Asked asked when now >= asked.RefuseAt:
                admission.GiveUp(instance, asked);
                break;
            case InstanceState.Asked asked:
                admission.LookAgain(instance, asked);
                break;
            case InstanceState.Placed placed when now >= placed.By:
                admission.Refuse(instance, RefusalCode.Invalid, placed.Main is null
                    ? "The shim has not named the process that is to become the server." : "The process could not be moved in time.");
                break;
            case InstanceState.Unreported unreported when now >= unreported.By:
                driver.Report(instance);
                break;
            case InstanceState.Running when now >= instance.CloseBy:
                instance.CloseBy = Instant.Never;
                driver.Stop(
                    instance, $"Its stdin was closed {Duration.Format(instance.Server.CloseGrace)} ago, and it still ran (close_grace).",
                    EndReason.Eof);
                break;
            case InstanceState.Running when now >= instance.IdleBy:
                driver.Stop(
                    instance, $"It had no traffic for {Duration.Format(instance.Server.IdleTimeout!.Value)} (idle_timeout).",
                    EndReason.Idle);
                break;
            case InstanceState.Running or InstanceState.Ending when instance.Run is { } run && now >= run.Due:
                driver.Step(instance, new RunEvent.DeadlinePassed());
                break;
        }
    }
}
