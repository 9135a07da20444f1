using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;

namespace MetaMcp.Init.Core.Cleanup;

/// <summary>
/// The cleanup queue: runs and orphans that are to be ended, by their number in the registry. They get their turns in the order in which
/// they came, and at most <c>max_concurrent</c> are ended at once. In a shutdown no run waits here.
/// </summary>
internal sealed class CleanupQueue(
    Response response, ServiceTable services, Pool pool, OrphanWatch orphans, CleanupTotals totals)
{
    private readonly Queue<long> _waiting = new();

    /// <summary>Launched servers, which have as many places of their own: clients must not delay the cleanup of services.</summary>
    private readonly Queue<long> _launched = new();
    private int _underWay;

    private int FreePlaces => services.Plan.Settings.Shutdown.MaxConcurrent - _underWay - orphans.Cleanups;

    /// <summary>Gives an entry a place at the end of the queue. An entry that has ended by its turn is passed over.</summary>
    public void Enter(long number) => _waiting.Enqueue(number);

    /// <summary>The same for a launched server.</summary>
    public void EnterLaunched(long number) => _launched.Enqueue(number);

    /// <summary>Gives the next entry its turn if there is room; true if it did.</summary>
    public bool Next()
    {
        while (FreePlaces > 0 && _waiting.TryDequeue(out var number))
        {
            if (services.OwnerOf(number) is { } service && StatePredicates.IsQueued(services.States[service]))
            {
                response.Follow(service, new ServiceEvent.OfRun(new RunEvent.Turn()));
                return true;
            }
            if (orphans.Ask(number, response.Now))
                return true;
        }
        while (pool.Counts.Cleanups < services.Plan.Settings.Shutdown.MaxConcurrent && _launched.TryDequeue(out var launched))
            if (pool.Turn(launched))
                return true;
        return false;
    }

    /// <summary>Gives other places to the launched servers that wait and have lost theirs.</summary>
    public void RestoreLaunched()
    {
        var lost = new HashSet<long>();
        pool.AddWaiting(lost);
        lost.ExceptWith(_launched);
        foreach (var number in lost)
            EnterLaunched(number);
    }

    /// <summary>Gives another place to a run that waits and has lost its place.</summary>
    public void Restore(int service)
    {
        var state = services.States[service];
        if (StatePredicates.IsQueued(state) && StatePredicates.RunOf(state) is { } run && !_waiting.Contains(run))
            Enter(run);
    }

    /// <summary>Gives other places to the orphans that wait and have lost theirs.</summary>
    public void RestoreOrphans()
    {
        if (!orphans.HasWaiting)
            return;
        var waiting = new HashSet<long>(_waiting);
        foreach (var number in orphans.Waiting())
            if (waiting.Add(number))
                Enter(number);
    }

    public void Changed(int service, ServiceState before, ServiceState after)
    {
        ref var record = ref services.Records[service];
        var retries = record.KillRetries;
        _underWay += (StatePredicates.IsCleanedUp(after, retries) ? 1 : 0) - (StatePredicates.IsCleanedUp(before, retries) ? 1 : 0);
        // A run whose main process ends while it waits keeps its place.
        if (StatePredicates.IsQueued(after) && !StatePredicates.IsQueued(before))
            Enter(StatePredicates.RunOf(after)!.Value);
        if (HasFailed(after, retries) && !HasFailed(before, retries))
        {
            record = record with { Cleanups = record.Cleanups.Failing(response.Now - record.EndingSince) };
            if (!services.IsOwn(service))
                totals.AddFailed();
        }
        else if (HasEnded(before, after) && !HasFailed(before, retries))
        {
            var took = StatePredicates.IsEnding(before) ? response.Now - record.EndingSince : TimeSpan.Zero;
            var isKilled = before is ServiceState.Active { Run: RunState.Killing or RunState.OthersKilling };
            record = record with { Cleanups = record.Cleanups.With(took, isKilled) };
            if (!services.IsOwn(service))
                totals.AddEnded(took, isKilled);
        }
    }

    /// <summary>Counts the cleanups that are under way.</summary>
    public void Recount()
    {
        _underWay = 0;
        for (var service = 0; service < services.States.Length; service++)
            _underWay += StatePredicates.IsCleanedUp(services.States[service], services.Records[service].KillRetries) ? 1 : 0;
    }

    /// <summary>Whether a run that had a process is over.</summary>
    private static bool HasEnded(ServiceState before, ServiceState after) =>
        before is ServiceState.Active { Run: not (RunState.Spawning or RunState.CancelledSpawn) } && after is not ServiceState.Active;

    private static bool HasFailed(ServiceState state, int retries) =>
        StatePredicates.RunStateOf(state) is { } run && RunPredicates.HasFailed(run, retries);
}
