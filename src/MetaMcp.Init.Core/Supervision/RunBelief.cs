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
    public static RunBelief? Of(ServiceState state) => state switch
    {
        ServiceState.Launching s => new(s.RunNumber, RunStage.Asked, 0),
        ServiceState.CancelledLaunch s => new(s.RunNumber, RunStage.Asked, 0),
        ServiceState.Starting { Readiness: Readiness.AwaitingExec } s => new(s.Run.Number, RunStage.Started, s.Run.Pid),
        ServiceState.Starting { IsForked: true } s => new(s.Run.Number, RunStage.Collected, 0),
        ServiceState.Starting s => new(s.Run.Number, RunStage.Executed, s.Run.Pid),
        ServiceState.Ready s => new(s.Run.Number, RunStage.Executed, s.Run.Pid),
        ServiceState.OthersWaiting or ServiceState.OthersStopping or ServiceState.OthersKilling when state is EndingState s =>
            new(s.Run.Number, RunStage.Collected, 0),
        EndingState s => new(s.Run.Number, RunStage.Executed, s.Run.Pid),
        _ => null,
    };
}

/// <summary>A probe or a stop command that is entered as running.</summary>
/// <param name="Sequence">Its number in the registry.</param>
/// <param name="RunNumber">The run that it works for.</param>
/// <param name="Pid">Its process.</param>
public readonly record struct HelperBelief(long Sequence, long RunNumber, int Pid);
