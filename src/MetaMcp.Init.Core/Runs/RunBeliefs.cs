using MetaMcp.Init.Core.Effects;

namespace MetaMcp.Init.Core.Runs;

/// <summary>The belief about a run, for a comparison with the kernel.</summary>
public static class RunBeliefs
{
    /// <summary>The belief that follows from the state of a run; null if there is nothing to compare.</summary>
    public static RunBelief? Of(RunState state) => state switch
    {
        RunState.Spawning s => new RunBelief(s.Number, RunStage.Asked, 0),
        RunState.CancelledSpawn s => new RunBelief(s.Number, RunStage.Asked, 0),
        RunState.Starting { Readiness: Readiness.AwaitingExec } s => new RunBelief(s.Number, RunStage.Started, s.Run.Pid),
        RunState.Starting { IsForked: true } s => new RunBelief(s.Number, RunStage.Collected, 0),
        RunState.Starting s => new RunBelief(s.Number, RunStage.Executed, s.Run.Pid),
        RunState.Ready s => new RunBelief(s.Number, RunStage.Executed, s.Run.Pid),
        RunState.OthersWaiting or RunState.OthersStopping or RunState.OthersKilling when state is EndingState s =>
            new RunBelief(s.Number, RunStage.Collected, 0),
        EndingState s => new RunBelief(s.Number, RunStage.Executed, s.Run.Pid),
        _ => null,
    };
}
