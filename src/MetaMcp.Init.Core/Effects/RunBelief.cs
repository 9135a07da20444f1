namespace MetaMcp.Init.Core.Effects;

/// <summary>How far a run has come, as far as it was told.</summary>
public enum RunStage { Asked, Started, Executed, Collected }

/// <summary>What the supervisor believes of a run; the kernel compares it with what there is.</summary>
/// <param name="RunNumber">Which run.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="Main">Its main process; 0 where there is none yet, or none any more.</param>
public readonly record struct RunBelief(long RunNumber, RunStage Stage, int Main);

/// <summary>A probe or a stop command that is entered as running.</summary>
/// <param name="Sequence">Its number in the registry.</param>
/// <param name="RunNumber">The run that it works for.</param>
/// <param name="Pid">Its process.</param>
public readonly record struct HelperBelief(long Sequence, long RunNumber, int Pid);
