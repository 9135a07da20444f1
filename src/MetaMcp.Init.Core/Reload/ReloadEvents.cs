using MetaMcp.Init.Core.Cleanup;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Reload;

/// <summary>
/// SIGHUP: another file is put in force, whole or not at all. A service keeps its place (its index) as long as it has its name,
/// so that nothing that is under way has to be told apart. What its process was started with cannot be changed beneath it: it is
/// ended by the settings it runs with and started anew by the new ones. What only we go by (probes, restarts, order, stopping) is
/// in force at once, and nothing is touched that is the same.
/// </summary>
internal sealed class ReloadEvents(
    Response response, ServiceTable services, Phases phases, OrphanWatch orphans, SweepSchedule schedule, ServiceDriver driver,
    DeadlineHeap deadlines, Jitter jitter)
{
    /// <summary>The same each time, so that there is one also where there is no memory.</summary>
    internal static readonly ServiceEvent Reconfigure = new ServiceEvent.Reconfigure();

    public void Ask()
    {
        // How many reads come of it is the kernel's to know: kept here, it would stay behind where handling an event goes wrong.
        if (phases.IsEnding)
            response.Tell(new Notice.SignalIgnored(Signal.Hup, MayBeStop: false));
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
            var changed = next.Restarted.Count + next.Started.Count;
            told =
            [
                new Effect.Apply(services.Plan.Settings, next.Plan.Settings),
                new Effect.Report(new Notice.Reloaded(
                    [.. next.Restarted], [.. next.Started], [.. next.Stopped], read.Services.Length - changed)),
            ];
            // What starts now has the whole of the phase, as the file has it now.
            phase = phases.Phase is Phase.StartingUp && changed > 0
                ? new Phase.StartingUp(response.Now + next.Plan.Settings.Startup.Timeout)
                : phases.Phase;
            response.Effects.EnsureCapacity(next.States.Length + told.Length);
            response.FollowUps.EnsureCapacity(2 * next.States.Length);
            deadlines.Grow(next.States.Length);
        }
        catch (OutOfMemoryException)
        {
            response.Tell(new Notice.ReloadRefused(["mcp-init has no memory to work out what changes; the file before stays in force"]));
            return;
        }
        // From here on it is in force, whole.
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

    /// <summary>What the new order makes of where it stands.</summary>
    public void Place(PlannedService service)
    {
        if (service.IsRetired)
            phases.StopIfItsTurn(service.Index);
        else if (services.States[service.Index] is ServiceState.Waiting)
            driver.StartAnew(service.Index);
        else if (services.States[service.Index] is ServiceState.Skipped && !services.NeedsBroken(service.Index))
            response.Follow(service.Index, new ServiceEvent.Resume());
    }

    /// <summary>Another file was read, and cannot be in force.</summary>
    public void Refused(IReadOnlyList<string> problems)
    {
        if (!phases.IsEnding)
            response.Tell(new Notice.ReloadRefused(problems));
    }
}
