using MetaMcp.Init.Core.Runs;
using static MetaMcp.Init.Core.Services.ServiceState;

namespace MetaMcp.Init.Core.Services;

/// <summary>What a service's state means to those around it.</summary>
public static class StatePredicates
{
    /// <summary>A dependency in this state lets its dependents start.</summary>
    public static bool Satisfies(ServiceState state) => state is Active { Run: RunState.Ready } or Completed;

    /// <summary>It has come as far as it will, well or badly; those that come after it need not wait.</summary>
    public static bool IsSettled(ServiceState state) => state is Active { Run: RunState.Ready } || IsOver(state);

    /// <summary>Nothing runs and nothing will.</summary>
    public static bool IsOver(ServiceState state) => state is Completed or Finished or Failed or Skipped or Stopped;

    /// <summary>It is to run and does not, and whether it ever will again is open.</summary>
    public static bool IsMissing(ServiceState state) => state switch
    {
        Failed or Skipped or Open => true,
        Waiting s => s.History.Breaker.IsHalfOpen,
        Backoff s => s.History.Breaker.IsHalfOpen,
        Active s => s.History.Breaker.IsHalfOpen,
        _ => false,
    };

    /// <summary>It will never satisfy a dependent.</summary>
    public static bool IsBroken(ServiceState state) => IsOver(state) && state is not Completed;

    /// <summary>There is, or may be, a process of it.</summary>
    public static bool IsActive(ServiceState state) => state is Active;

    /// <summary>The run of the service; null where it has none.</summary>
    public static RunState? RunStateOf(ServiceState state) => (state as Active)?.Run;

    /// <summary>The number of its run; null where it has none.</summary>
    public static long? RunOf(ServiceState state) => (state as Active)?.Run.Number;

    /// <summary>The pid of its main process; null where there is none, or none any more.</summary>
    public static int? MainOf(ServiceState state) => state is Active s ? RunPredicates.MainOf(s.Run) : null;

    /// <summary>It waits for its turn in the cleanup queue.</summary>
    public static bool IsQueued(ServiceState state) => state is Active { Run: RunState.AwaitingStop or RunState.OthersWaiting };

    /// <summary>Its cleanup is under way. One that has outlived every SIGKILL goes on, but takes no place from others.</summary>
    public static bool IsCleanedUp(ServiceState state, int killRetries) =>
        state is Active s && RunPredicates.IsCleanedUp(s.Run, killRetries);

    /// <summary>Its run is ending, or is to end.</summary>
    public static bool IsEnding(ServiceState state) => state is Active { Run: EndingState };

    /// <summary>Two states of one kind are told apart by their values alone.</summary>
    public static bool AreAlike(ServiceState one, ServiceState other) =>
        one is Active a && other is Active b ? a.Run.GetType() == b.Run.GetType() : one.GetType() == other.GetType();

    /// <summary>What PID 1 would exit with on account of it.</summary>
    public static int ExitCodeOf(ServiceState state) => state switch
    {
        Failed s => s.Failure.ExitCode,
        Skipped s => s.ExitCode,
        // It ended well, but it was to run: the container is of no use without it.
        Finished s => s.Status.ShellCode is not 0 and var code ? code : 1,
        _ => 0,
    };
}
