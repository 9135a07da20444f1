using static MetaMcp.Init.Core.Runs.RunState;

namespace MetaMcp.Init.Core.Runs;

/// <summary>What the state of a run means to those around it.</summary>
public static class RunPredicates
{
    /// <summary>The pid of its main process; null where there is none, or none any more.</summary>
    public static int? MainOf(RunState state) => state switch
    {
        Starting { IsForked: false } s => s.Run.Pid,
        Ready s => s.Run.Pid,
        AwaitingStop or Stopping or Killing when state is EndingState s => s.Run.Pid,
        _ => null,
    };

    /// <summary>Its cleanup is under way. One that has outlived every SIGKILL goes on, but takes no place from others.</summary>
    public static bool IsCleanedUp(RunState state, int killRetries) => state switch
    {
        Stopping or OthersStopping => true,
        Killing s => !Ladder.HasFailed(s.Kills, killRetries),
        OthersKilling s => !Ladder.HasFailed(s.Kills, killRetries),
        _ => false,
    };

    /// <summary>It was sent SIGKILL, so often that its cleanup has failed.</summary>
    public static bool HasFailed(RunState state, int killRetries) =>
        (state is Killing or OthersKilling) && !IsCleanedUp(state, killRetries);

    /// <summary>
    /// The program of the service runs, and not the second stage: it can be over a limit, and be ended for that. A run that ends already
    /// is not ended once more.
    /// </summary>
    public static bool IsEndable(RunState state) => state is Ready or Starting { Readiness: not Readiness.AwaitingExec };
}
