namespace MetaMcp.Init.Core.Effects;

/// <summary>A probe or a stop command that is entered as running.</summary>
/// <param name="Sequence">Its number in the registry.</param>
/// <param name="RunNumber">The run that it works for.</param>
/// <param name="Pid">Its process.</param>
public readonly record struct HelperBelief(long Sequence, long RunNumber, int Pid);
