using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>
/// Ends runs for a limit, by the cleanup queue: which runs can be ended, and whether the memory of those before is still returning.
/// </summary>
internal sealed class LimitEnding(Response response, ServiceTable services, Pool pool, EndedRuns ended, ServiceDriver driver)
{
    /// <summary>
    /// The longest time for which a run that was ended for a limit delays the next end for the cap of all services, however long its
    /// stop_timeout is.
    /// </summary>
    private static readonly TimeSpan LongestReturn = TimeSpan.FromSeconds(30);

    /// <summary>A run that has outlived this many SIGKILL, which takes three seconds, is not expected to give its memory back.</summary>
    private const int MostKillsOfReturning = 2;

    /// <summary>The time at which the last run that was ended for a limit was over; null if there was none.</summary>
    public Instant? ReturnedAt => ended.ReturnedAt;

    /// <summary>The limits of a run, and whether it can be ended for them; null if it is over.</summary>
    public (CgroupLimits Limits, bool IsEndable)? Find(long run) => services.OwnerOf(run) is { } service
        ? (services.Plan.Services[service].Settings.Limits, LimitWatch.IsEndable(services.States[service]))
        : pool.LimitsOf(run);

    /// <param name="run">Which run.</param>
    /// <param name="reason">Words that follow "ended" or "it was".</param>
    /// <param name="notice">What is told of it; null for the notice that it is over a limit.</param>
    public void End(long run, string reason, Notice? notice = null)
    {
        var service = services.OwnerOf(run);
        if (notice is not null)
            response.Tell(notice, run);
        else if (service is { } capped)
            response.Tell(Notices.ServiceOverLimit.Of(services.NameOf(capped), reason), run);
        else if (pool.OfRun(run) is { } instance)
            response.Tell(Notices.LaunchOverLimit.Of(instance.Name, reason), run);
        ended.Add(run);
        if (service is null)
            pool.OverLimit(run, reason);
        else
            driver.Current(run, new RunEvent.OverLimit(reason));
    }

    /// <summary>
    /// Whether a run that was ended is still giving its memory back: then no other run has to be ended for it. A process that sleeps in
    /// the kernel and does not end by SIGKILL keeps its memory, and must not switch the cap off for all other runs.
    /// </summary>
    public bool IsMemoryReturning()
    {
        foreach (var (run, at) in ended.All)
            if (response.Now - at < LongestReturn && StateOf(run) is { } state &&
                state is not
                    (RunState.Killing { Kills: > MostKillsOfReturning } or RunState.OthersKilling { Kills: > MostKillsOfReturning }))
                return true;
        return false;
    }

    /// <summary>Whether a run can be ended that is not required.</summary>
    public bool IsAnyOptional
    {
        get
        {
            if (pool.Counts.Endable > 0)
                return true;
            for (var service = 0; service < services.States.Length; service++)
                if (LimitWatch.IsEndable(services.States[service]) && KindOf(service) == CandidateKind.Optional)
                    return true;
            return false;
        }
    }

    /// <summary>The runs that can be ended.</summary>
    /// <param name="usages">What runs use; a run that is not among them is no candidate.</param>
    /// <param name="byMemory">Whether their memory counts, and not their tasks.</param>
    public List<Candidate> Candidates(ImmutableArray<RunUsage> usages, bool byMemory)
    {
        var candidates = new List<Candidate>(usages.Length);
        foreach (var usage in usages)
        {
            if (Find(usage.Run) is not { IsEndable: true })
                continue;
            var size = byMemory ? usage.Memory : usage.Tasks;
            if (services.OwnerOf(usage.Run) is { } service)
                candidates.Add(new Candidate(usage.Run, services.NameOf(service), KindOf(service), size, Instant.Never));
            else if (pool.OfRun(usage.Run) is { } instance)
                candidates.Add(new Candidate(usage.Run, instance.Name, CandidateKind.Launched, size, instance.IdleSince));
        }
        return candidates;
    }

    /// <summary>All runs: those of services, and those of launched servers.</summary>
    public ImmutableArray<long> AllRuns()
    {
        var runs = new List<long>();
        foreach (var state in services.States)
            if (StatePredicates.IsActive(state))
                runs.Add(StatePredicates.RunOf(state)!.Value);
        pool.AddRuns(runs);
        return [.. runs];
    }

    private CandidateKind KindOf(int service) => services.IsOwn(service) ? CandidateKind.Own
        : services.Plan.Services[service].Settings.Required ? CandidateKind.Required : CandidateKind.Optional;

    private RunState? StateOf(long run) => services.OwnerOf(run) is { } service ? services.RunStateOf(service) : pool.StateOf(run);
}
