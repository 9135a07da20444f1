namespace MetaMcp.Init.Core.Effects;

/// <summary>How far a run has come, as far as events told.</summary>
public enum RunStage { Asked, Started, Executed, Collected }

/// <summary>The supervisor's belief about a run; the kernel's side compares it with the processes that exist.</summary>
/// <param name="RunNumber">The number of the run.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="Main">Its main process; 0 if there is none yet, or if it was collected.</param>
public readonly record struct RunBelief(long RunNumber, RunStage Stage, int Main);
