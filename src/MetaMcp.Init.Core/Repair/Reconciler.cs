using MetaMcp.Init.Core.Cleanup;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Repair;

/// <summary>Compares the supervisor's belief with the kernel: asks for runs, helpers and strangers, and corrects the differences.</summary>
internal sealed class Reconciler(
    Response response, ServiceTable services, Registry registry, Phases phases, Pool pool, OrphanWatch orphans, SweepSchedule schedule,
    ServiceDriver driver, ChildEvents children)
{
    /// <summary>The number of differences that were corrected.</summary>
    public int Repairs { get; private set; }

    /// <summary>The time of the full comparison after an event may have been lost.</summary>
    public Instant ConfirmAt { get; private set; } = Instant.Never;

    public void Confirm(Instant at) => ConfirmAt = Instant.Earlier(ConfirmAt, at);

    /// <summary>Starts the sweep that is due.</summary>
    public void Sweep()
    {
        schedule.Swept();
        if (!phases.IsEnding)
            Compare(orphans.Known(), services.Plan.Settings.Init.Orphans != OrphanPolicy.Adopt);
    }

    /// <summary>Asks the kernel about each run and each other entry.</summary>
    public void Compare(IReadOnlyList<Stranger> known, bool strangers)
    {
        ConfirmAt = Instant.Never;
        var runs = new List<RunBelief>();
        for (var service = 0; service < services.States.Length; service++)
            if (services.BeliefOf(service) is { } believed)
                runs.Add(believed);
        pool.AddBeliefs(runs);
        var helpers = new List<HelperBelief>();
        foreach (var entry in registry.Entries)
            if (entry is { Kind: EntryKind.Probe or EntryKind.StopCommand, Pid: > 0 })
                helpers.Add(new HelperBelief(entry.Sequence, entry.Parent, entry.Pid));
        response.Add(new Effect.Sweep(runs, helpers, known, strangers) { IsWhole = true });
    }

    public void Heard(SystemEvent.Swept swept)
    {
        foreach (var pid in swept.Gone)
            response.Tell(
                Notices.Repaired.Of($"pid {pid} was entered as running and is no child of ours any more; its exit status is lost"));
        if (swept.Emptied > 0)
            response.Tell(Notices.Repaired.Of($"{swept.Emptied} runs or cgroups were taken to have members and had none"));
        Repairs += swept.Gone.Count + swept.Emptied;
        foreach (var facts in swept.Facts)
            Correct(facts);
        foreach (var helper in swept.LostHelpers)
            HelperLost(helper);
        if (phases.IsEnding)
            return;
        orphans.Seen(swept.Strangers, swept.Vanished, swept.Unseen, response.Now);
        // A process whose /proc could not be read is looked for again; and PID 1 is not told of the end of a process that is not its
        // child.
        if (orphans.HasAny)
            schedule.Soon();
        schedule.NotAfter(orphans.GraceEnds);
    }

    /// <summary>An event of a run was lost; the step that it would have caused is made up for from the facts.</summary>
    private void Correct(RunFacts facts)
    {
        var (number, stage, _) = facts.Believed;
        if (pool.Correct(facts))
            return;
        if (services.OwnerOf(number) is not { } service || services.BeliefOf(service) != facts.Believed)
            return;
        Repairs++;
        response.Tell(Notices.Repaired.Of(
            $"{services.NameOf(service)}: what became of its run was lost on its way, and was found by looking"));
        if (stage == RunStage.Collected)
        {
            driver.Current(number, new RunEvent.RunEmpty());
            return;
        }
        if (stage == RunStage.Asked)
        {
            if (facts.Main == 0)
            {
                children.SpawnFailed(number, "mcp-init has no memory for it", ExitCodes.System, isShortage: true);
                return;
            }
            children.Spawned(new SystemEvent.Spawned(number, facts.Main));
        }
        if (!facts.HasMain && registry.Find(number) is { } entry)
            children.MainEnded(entry, new SystemEvent.ChildEnded(
                facts.Main, facts.Status ?? ExitStatus.Exited(ExitCodes.System), facts.Problem, OthersLeft: facts.IsThere,
                facts.IsShortage));
        else if (facts.IsExecuted)
            driver.Current(number, new RunEvent.Executed());
    }

    /// <summary>The end of a probe or a stop command was not reported; its exit status tells nothing.</summary>
    private void HelperLost(long sequence)
    {
        if (registry.Find(sequence) is not { Kind: EntryKind.Probe or EntryKind.StopCommand } helper)
            return;
        Repairs++;
        driver.Current(helper.Parent, helper.Kind == EntryKind.Probe
            ? new RunEvent.ProbeNotStarted() : new RunEvent.StopCommandEnded(ExitStatus.Exited(0)));
        registry.Remove(helper);
    }
}
