namespace MetaMcp.Init.Core.Values;

/// <summary>One <c>setrlimit</c>: a name as in <c>man 2 getrlimit</c> in lower case without RLIMIT_, <c>nofile</c> say.</summary>
/// <param name="Resource">The resource's name.</param>
/// <param name="Soft">The soft limit in the resource's own unit; null is unlimited.</param>
/// <param name="Hard">The hard limit; null is unlimited.</param>
public sealed record ResourceLimit(string Resource, ulong? Soft, ulong? Hard);
