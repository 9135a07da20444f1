using static MetaMcp.Init.Core.Runs.RunState;

namespace MetaMcp.Init.Core.Runs;

/// <summary>What the state of a run means to other parts.</summary>
public static class RunPredicates
{
    /// <summary>The pid of the main process; null if there is none, or if it was collected.</summary>
    public static int? MainOf(RunState state) => state switch
    {
        Starting { IsForked: false } s => s.Run.Pid,
        Ready s => s.Run.Pid,
        AwaitingStop or Stopping or Killing when state is EndingState s => s.Run.Pid,
        _ => null,
    };

    /// <summary>Whether its main process is there and not our child.</summary>
    public static bool HasForeignMain(RunState state) => state switch
    {
        Starting { IsForked: false } s => s.Run.ForeignStart is not null,
        Ready s => s.Run.ForeignStart is not null,
        AwaitingStop or Stopping or Killing when state is EndingState s => s.Run.ForeignStart is not null,
        _ => false,
    };

    /// <summary>
    /// Whether the cleanup of the run is under way. A cleanup that has used up its retries goes on, but takes no place in the queue.
    /// </summary>
    public static bool IsCleanedUp(RunState state, int killRetries) => state switch
    {
        Stopping or OthersStopping => true,
        Killing s => !Escalation.HasFailed(s.Kills, killRetries),
        OthersKilling s => !Escalation.HasFailed(s.Kills, killRetries),
        _ => false,
    };

    /// <summary>Whether SIGKILL was sent so often that the cleanup has failed.</summary>
    public static bool HasFailed(RunState state, int killRetries) =>
        (state is Killing or OthersKilling) && !IsCleanedUp(state, killRetries);

    /// <summary>
    /// Whether the run can be over a limit, and be ended for that: the program of the service runs, and not the second stage. A run that
    /// ends already is not ended once more.
    /// </summary>
    public static bool IsEndable(RunState state) => state is Ready or Starting { Readiness: not Readiness.AwaitingExec };
}
