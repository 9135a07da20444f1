using MetaMcp.Init.Core.Runs;
using static MetaMcp.Init.Core.Services.ServiceState;

namespace MetaMcp.Init.Core.Services;

/// <summary>What the state of a service means to other parts.</summary>
public static class StatePredicates
{
    /// <summary>Whether a dependency in this state lets its dependents start.</summary>
    public static bool Satisfies(ServiceState state) => state is Active { Run: RunState.Ready } or Completed;

    /// <summary>Whether the service has come as far as it will, well or badly; services that come after it need not wait.</summary>
    public static bool IsSettled(ServiceState state) => state is Active { Run: RunState.Ready } || IsOver(state);

    /// <summary>Whether no process of the service runs, and none will be started.</summary>
    public static bool IsOver(ServiceState state) => state is Completed or Finished or Failed or Skipped or Stopped;

    /// <summary>Whether the service should run and does not, and may or may not run again.</summary>
    public static bool IsMissing(ServiceState state) => state switch
    {
        Failed or Skipped or Open => true,
        Waiting s => s.History.Breaker.IsHalfOpen,
        Backoff s => s.History.Breaker.IsHalfOpen,
        Active s => s.History.Breaker.IsHalfOpen,
        _ => false,
    };

    /// <summary>Whether the service will never satisfy a dependent.</summary>
    public static bool IsBroken(ServiceState state) => IsOver(state) && state is not Completed;

    /// <summary>Whether there is, or may be, a process of the service.</summary>
    public static bool IsActive(ServiceState state) => state is Active;

    /// <summary>The run of the service; null if it has none.</summary>
    public static RunState? RunStateOf(ServiceState state) => (state as Active)?.Run;

    /// <summary>The number of the service's run; null if it has none.</summary>
    public static long? RunOf(ServiceState state) => (state as Active)?.Run.Number;

    /// <summary>The pid of the main process; null if there is none, or if it was collected.</summary>
    public static int? MainOf(ServiceState state) => state is Active s ? RunPredicates.MainOf(s.Run) : null;

    /// <summary>Whether the run waits for its turn in the cleanup queue.</summary>
    public static bool IsQueued(ServiceState state) => state is Active { Run: RunState.AwaitingStop or RunState.OthersWaiting };

    /// <summary>
    /// Whether the cleanup is under way. A cleanup that has used up its retries goes on, but takes no place in the queue.
    /// </summary>
    public static bool IsCleanedUp(ServiceState state, int killRetries) =>
        state is Active s && RunPredicates.IsCleanedUp(s.Run, killRetries);

    /// <summary>Whether the run is ending, or is to end.</summary>
    public static bool IsEnding(ServiceState state) => state is Active { Run: EndingState };

    /// <summary>Whether two states are of one kind, so that only their values differ.</summary>
    public static bool AreAlike(ServiceState one, ServiceState other) =>
        one is Active a && other is Active b ? a.Run.GetType() == b.Run.GetType() : one.GetType() == other.GetType();

    /// <summary>The exit code of PID 1 if this service ends the container.</summary>
    public static int ExitCodeOf(ServiceState state) => state switch
    {
        Failed s => s.Failure.ExitCode,
        Skipped s => s.ExitCode,
        // The service ended well, but it was to run: without it the container has not done its job.
        Finished s => s.Status.ShellCode is not 0 and var code ? code : 1,
        _ => 0,
    };
}
