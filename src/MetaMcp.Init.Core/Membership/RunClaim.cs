namespace MetaMcp.Init.Core.Membership;

/// <summary>The run that a process claims to belong to.</summary>
/// <param name="Run">The run that its environment names, with the token that only the processes of that run were given; 0 for
/// none.</param>
/// <param name="User">Its real user id; null if it could not be read.</param>
public readonly record struct RunClaim(long Run, uint? User = null);
