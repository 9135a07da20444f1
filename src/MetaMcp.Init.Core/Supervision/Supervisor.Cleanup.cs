namespace MetaMcp.Init.Core.Supervision;

/// <summary>The cleanup queue: who is ended when, and how the endings went.</summary>
public sealed partial class Supervisor
{
    /// <summary>Those that wait for their turn, the first come first; who waits no longer is passed over.</summary>
    private readonly Queue<int> _queued = new();
    private int _cleanups;

    /// <summary>Gives the next one its turn while fewer than max_concurrent are under way; true where it did.</summary>
    private bool NextCleanup()
    {
        while (!IsEnding && FreePlaces > 0 && _queued.TryDequeue(out var service))
        {
            if (!StatePredicates.IsQueued(_states[service]))
                continue;
            _followUps.Enqueue((service, new ServiceEvent.OfRun(new RunEvent.Turn())));
            return true;
        }
        return false;
    }

    private void Cleaned(int service, ServiceState before, ServiceState after)
    {
        ref var record = ref _records[service];
        var retries = record.KillRetries;
        _cleanups += Difference(StatePredicates.IsCleanedUp(before, retries), StatePredicates.IsCleanedUp(after, retries));
        // One whose main process ends while it waits keeps its place.
        if (StatePredicates.IsQueued(after) && !StatePredicates.IsQueued(before))
            _queued.Enqueue(service);
        var hasEnded = StatePredicates.IsActive(before) && !StatePredicates.IsActive(after);
        if (HasFailed(after, retries) && !HasFailed(before, retries))
            record = record with { Cleanups = record.Cleanups.Failing(_now - record.EndingSince) };
        else if (hasEnded && !HasFailed(before, retries) &&
            before is not ServiceState.Active { Run: RunState.Launching or RunState.CancelledLaunch })
            record = record with
            {
                Cleanups = record.Cleanups.With(
                    StatePredicates.IsEnding(before) ? _now - record.EndingSince : TimeSpan.Zero,
                    before is ServiceState.Active { Run: RunState.Killing or RunState.OthersKilling }),
            };
    }

    private static bool HasFailed(ServiceState state, int retries) =>
        StatePredicates.RunStateOf(state) is { } run && RunPredicates.HasFailed(run, retries);
}
