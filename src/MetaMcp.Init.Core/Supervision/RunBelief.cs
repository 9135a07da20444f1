namespace MetaMcp.Init.Core.Supervision;

/// <summary>How far a run has come, as far as it was told.</summary>
public enum RunStage { Asked, Started, Executed, Collected }

/// <summary>What the supervisor believes of a run; the kernel compares it with what there is.</summary>
/// <param name="RunNumber">Which run.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="Main">Its main process; 0 where there is none yet, or none any more.</param>
public readonly record struct RunBelief(long RunNumber, RunStage Stage, int Main)
{
    /// <summary>What a state says of its run; null where it has none.</summary>
    public static RunBelief? Of(RunState state) => state switch
    {
        RunState.Launching s => new(s.Number, RunStage.Asked, 0),
        RunState.CancelledLaunch s => new(s.Number, RunStage.Asked, 0),
        RunState.Starting { Readiness: Readiness.AwaitingExec } s => new(s.Number, RunStage.Started, s.Run.Pid),
        RunState.Starting { IsForked: true } s => new(s.Number, RunStage.Collected, 0),
        RunState.Starting s => new(s.Number, RunStage.Executed, s.Run.Pid),
        RunState.Ready s => new(s.Number, RunStage.Executed, s.Run.Pid),
        RunState.OthersWaiting or RunState.OthersStopping or RunState.OthersKilling when state is EndingState s =>
            new(s.Number, RunStage.Collected, 0),
        EndingState s => new(s.Number, RunStage.Executed, s.Run.Pid),
        _ => null,
    };
}

/// <summary>A probe or a stop command that is entered as running.</summary>
/// <param name="Sequence">Its number in the registry.</param>
/// <param name="RunNumber">The run that it works for.</param>
/// <param name="Pid">Its process.</param>
public readonly record struct HelperBelief(long Sequence, long RunNumber, int Pid);
