using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>What a service's state means to those around it.</summary>
public static class StatePredicates
{
    /// <summary>A dependency in this state lets its dependents start.</summary>
    public static bool Satisfies(ServiceState state) => state is ServiceState.Ready or ServiceState.Completed;

    /// <summary>It has come as far as it will, well or badly; those that come after it need not wait.</summary>
    public static bool IsSettled(ServiceState state) => state is ServiceState.Ready || IsOver(state);

    /// <summary>Nothing runs and nothing will.</summary>
    public static bool IsOver(ServiceState state) => state is
        ServiceState.Completed or ServiceState.Finished or ServiceState.Failed or ServiceState.Skipped or ServiceState.Stopped;

    /// <summary>It is to run and does not, and whether it ever will again is open.</summary>
    public static bool IsMissing(ServiceState state) =>
        state is ServiceState.Failed or ServiceState.Skipped or ServiceState.Open ||
            (state is ServiceState.Ready { ClosesAt: var closesAt } ? closesAt != Instant.Never : HistoryOf(state).Breaker.IsHalfOpen);

    private static History HistoryOf(ServiceState state) => state switch
    {
        ServiceState.Waiting s => s.History,
        ServiceState.Backoff s => s.History,
        ServiceState.Launching s => s.History,
        ServiceState.Starting s => s.History,
        EndingState s => s.History,
        _ => default,
    };

    /// <summary>It will never satisfy anybody.</summary>
    public static bool IsBroken(ServiceState state) => IsOver(state) && state is not ServiceState.Completed;

    /// <summary>There is, or may be, a process of it.</summary>
    public static bool IsActive(ServiceState state) => state is
        ServiceState.Launching or ServiceState.CancelledLaunch or ServiceState.Starting or ServiceState.Ready or
        EndingState;

    /// <summary>It waits for its turn in the cleanup queue.</summary>
    public static bool IsQueued(ServiceState state) => state is ServiceState.AwaitingStop or ServiceState.OthersWaiting;

    /// <summary>Its cleanup is under way. One that has outlived every SIGKILL goes on, but takes no place from others.</summary>
    public static bool IsCleanedUp(ServiceState state, int killRetries) => state switch
    {
        ServiceState.Stopping or ServiceState.OthersStopping => true,
        ServiceState.Killing s => s.Kills <= killRetries + 1,
        ServiceState.OthersKilling s => s.Kills <= killRetries + 1,
        _ => false,
    };

    /// <summary>The number of the run the state is about, or null.</summary>
    public static long? RunOf(ServiceState state) => state switch
    {
        ServiceState.Launching s => s.RunNumber,
        ServiceState.CancelledLaunch s => s.RunNumber,
        ServiceState.Starting s => s.Run.Number,
        ServiceState.Ready s => s.Run.Number,
        EndingState s => s.Run.Number,
        _ => null,
    };

    /// <summary>The pid of its main process; null where there is none, or none any more.</summary>
    public static int? MainOf(ServiceState state) => state switch
    {
        ServiceState.Starting { IsForked: false } s => s.Run.Pid,
        ServiceState.Ready s => s.Run.Pid,
        ServiceState.AwaitingStop or ServiceState.Stopping or ServiceState.Killing when state is EndingState s => s.Run.Pid,
        _ => null,
    };

    /// <summary>What PID 1 would exit with on account of it.</summary>
    public static int ExitCodeOf(ServiceState state) => state switch
    {
        ServiceState.Failed s => s.Failure.ExitCode,
        ServiceState.Skipped s => s.ExitCode,
        // It ended well, but it was to run: the container is of no use without it.
        ServiceState.Finished s => s.Status.ShellCode is not 0 and var code ? code : 1,
        _ => 0,
    };
}
