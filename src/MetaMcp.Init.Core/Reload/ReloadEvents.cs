using System.Collections.Immutable;
using MetaMcp.Init.Core.Cleanup;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Reload;

/// <summary>
/// SIGHUP: another file is put in force, wholly or not at all. A service keeps its index as long as it keeps its name, so that events
/// under way still find it. The settings that a process was started with cannot change while it runs: it is ended by those settings and
/// started again with the new ones. Settings that only mcp-init uses (probes, restarts, order, stopping) take effect at once. A service
/// whose settings are the same is left alone.
/// </summary>
internal sealed class ReloadEvents(
    Response response, ServiceTable services, Phases phases, OrphanWatch orphans, SweepSchedule schedule, ServiceDriver driver,
    DeadlineHeap deadlines, Jitter jitter)
{
    /// <summary>One instance for all, so that the event needs no memory.</summary>
    internal static readonly ServiceEvent Reconfigure = new ServiceEvent.Reconfigure();

    public void Ask()
    {
        // The kernel's side counts how many reads follow from this. A count kept here would be wrong after an event that could not be
        // handled.
        if (phases.IsEnding)
            response.Tell(Notices.SignalIgnored.Of(Signal.Hup));
        else
            response.Add(new Effect.ReadFile());
    }

    public void PutInForce(Plan read)
    {
        if (phases.IsEnding)
            return;
        ReloadDiff next;
        Effect[] told;
        Phase phase;
        try
        {
            next = new ReloadDiff(services.Plan, read, services.States, services.Records, services.Running, jitter, response.Now);
            var changed = CountOfFile(next.Restarted) + CountOfFile(next.Started);
            told =
            [
                new Effect.Apply(services.Plan.Settings, next.Plan.Settings),
                new Effect.Report(Notices.Reloaded.Of(
                    next.Restarted.ToImmutableArray(), next.Started.ToImmutableArray(), next.Removed.ToImmutableArray(),
                    read.Settings.Services.Length - changed)),
                .. Told(ServerChanges.Between(services.Plan.Settings, next.Plan.Settings)),
            ];
            // A service that starts now has the full time of the startup phase, as the new file has it.
            phase = phases.Phase is Phase.StartingUp && changed > 0
                ? new Phase.StartingUp(response.Now + next.Plan.Settings.Startup.Timeout)
                : phases.Phase;
            response.Effects.EnsureCapacity(next.States.Length + told.Length);
            response.FollowUps.EnsureCapacity(2 * next.States.Length);
            deadlines.Grow(next.States.Length);
        }
        catch (OutOfMemoryException)
        {
            TellRefused(["mcp-init has no memory to work out what changes; the file before stays in force"]);
            return;
        }
        // From here on the new file is wholly in force.
        phases.PutInForce(phase);
        services.PutInForce(next.Plan, next.States, next.Records, next.Running, next.Gate, next.Order, next.Named);
        driver.Recount();
        response.Effects.AddRange(told);
        foreach (var service in next.Reconfigured)
            response.Follow(service, Reconfigure);
        foreach (var service in services.Plan.Services)
            Place(service);
        if (orphans.PutInForce(services.Plan.Settings))
            schedule.Soon();
    }

    /// <summary>Applies the new order to the state of the service.</summary>
    public void Place(PlannedService service)
    {
        if (service.IsRetired)
            phases.StopIfItsTurn(service.Index);
        else if (services.States[service.Index] is ServiceState.Waiting)
            driver.StartAnew(service.Index);
        else if (services.States[service.Index] is ServiceState.Skipped && !services.NeedsBroken(service.Index))
            response.Follow(service.Index, new ServiceEvent.Resume());
    }

    /// <summary>Another file was read and cannot be put in force.</summary>
    public void Refused(IReadOnlyList<string> problems)
    {
        if (!phases.IsEnding)
            TellRefused(problems);
    }

    private static int CountOfFile(List<string> names) => names.Contains(ServeSettings.ServiceName) ? names.Count - 1 : names.Count;

    private static Effect[] Told(ServerChanges servers) => servers.IsEmpty
        ? [] : [new Effect.Report(Notices.ServersReloaded.Of(servers.Changed, servers.Added, servers.Removed))];

    private void TellRefused(IReadOnlyList<string> problems)
    {
        foreach (var problem in problems)
            response.Tell(Notices.ReloadProblem.Of(problem));
        response.Tell(Notices.NotReloaded.Of());
    }
}
