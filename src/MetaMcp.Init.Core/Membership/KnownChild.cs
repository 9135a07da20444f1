namespace MetaMcp.Init.Core.Membership;

/// <summary>A child of ours that we know.</summary>
/// <param name="Pid">The pid, which stays the child's until we collect it.</param>
/// <param name="Run">The run whose main process it is; 0 for a helper.</param>
public readonly record struct KnownChild(int Pid, long Run);
