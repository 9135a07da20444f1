namespace MetaMcp.Init.Core.Cgroups;

/// <summary>Processes of one run that the kernel killed for memory.</summary>
/// <param name="Processes">The number since the last report; null if all of them were killed.</param>
/// <param name="Origin">The limit that was reached.</param>
public sealed record OomKills(long? Processes, OomOrigin Origin);
