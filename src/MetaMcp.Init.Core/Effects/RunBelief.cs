namespace MetaMcp.Init.Core.Effects;

/// <summary>How far a run has come, as far as events told.</summary>
public enum RunStage { Asked, Started, Executed, Collected }

/// <summary>The supervisor's belief about a run; the kernel's side compares it with the processes that exist.</summary>
/// <param name="RunNumber">The number of the run.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="Main">Its main process; 0 if there is none yet, or if it was collected.</param>
public readonly record struct RunBelief(long RunNumber, RunStage Stage, int Main);

/// <summary>A probe or a stop command that is entered as running.</summary>
/// <param name="Sequence">Its number in the registry.</param>
/// <param name="RunNumber">The run that it works for.</param>
/// <param name="Pid">Its process.</param>
public readonly record struct HelperBelief(long Sequence, long RunNumber, int Pid);
