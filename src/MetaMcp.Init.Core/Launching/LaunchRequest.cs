using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>A shim asks for a place for its server. The kernel vouches for pid and user; the names are the client's own words.</summary>
/// <param name="Name">The name that <c>launch</c> was given; null if the command was intercepted.</param>
/// <param name="Package">The package that an intercepted command would start; null if there is a name.</param>
/// <param name="Program">The base name of the program.</param>
/// <param name="Pid">The shim.</param>
/// <param name="Uid">The user of the shim.</param>
/// <param name="Run">The number of the live run that the shim belongs to; 0 for none.</param>
/// <param name="IsTrusted">Whether the user is root or our own.</param>
public sealed record LaunchRequest(string? Name, string? Package, string Program, int Pid, uint Uid, long Run, bool IsTrusted) : Case;
