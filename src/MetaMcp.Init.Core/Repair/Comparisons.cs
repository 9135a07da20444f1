using MetaMcp.Init.Core.Cleanup;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Repair;

/// <summary>
/// Whether the supervisor's belief and the kernel agree: asks what there is of runs, helpers and strangers, and mends what differs.
/// </summary>
internal sealed class Comparisons(
    Response response, ServiceTable services, Registry registry, Phases phases, OrphanWatch orphans, SweepSchedule schedule,
    ServiceDriver driver, ChildEvents children)
{
    /// <summary>How many differences were mended.</summary>
    public int Repairs { get; private set; }

    /// <summary>When all is compared since an event may have been lost.</summary>
    public Instant ConfirmAt { get; private set; } = Instant.Never;

    public void Confirm(Instant at) => ConfirmAt = Instant.Earlier(ConfirmAt, at);

    /// <summary>Does the sweep that is due.</summary>
    public void Sweep()
    {
        schedule.Swept();
        if (!phases.IsEnding)
            Compare(orphans.Known(), services.Plan.Settings.Init.Orphans != OrphanPolicy.Adopt);
    }

    /// <summary>Asks what there is of each run, of everything that is entered.</summary>
    public void Compare(IReadOnlyList<Stranger> known, bool strangers)
    {
        ConfirmAt = Instant.Never;
        var runs = new List<RunBelief>();
        for (var service = 0; service < services.States.Length; service++)
            if (services.BeliefOf(service) is { } believed)
                runs.Add(believed);
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
                new Notice.Repaired($"pid {pid} was entered as running and is no child of ours any more; its exit status is lost"));
        if (swept.Emptied > 0)
            response.Tell(new Notice.Repaired($"{swept.Emptied} runs or cgroups were taken to have members and had none"));
        Repairs += swept.Gone.Count + swept.Emptied;
        foreach (var facts in swept.Facts)
            Correct(facts);
        foreach (var helper in swept.LostHelpers)
            HelperLost(helper);
        if (phases.IsEnding)
            return;
        orphans.Seen(swept.Strangers, swept.Vanished, swept.Unseen, response.Now);
        // What could not be looked at is looked for again, and nobody tells when what is no child of ours has ended.
        if (orphans.HasAny)
            schedule.Soon();
        schedule.NotAfter(orphans.GraceEnds);
    }

    /// <summary>What of a run was lost on its way, told by what there is.</summary>
    private void Correct(RunFacts facts)
    {
        var (number, stage, _) = facts.Believed;
        if (services.OwnerOf(number) is not { } service || services.BeliefOf(service) != facts.Believed)
            return;
        Repairs++;
        response.Tell(new Notice.Repaired(
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

    /// <summary>The end of a probe or a stop command was lost on its way; how it ended says nothing.</summary>
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
