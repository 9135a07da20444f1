using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Services;

namespace MetaMcp.Init.Core.Lifecycle;

/// <summary>The answer to SIGUSR1: the state of the whole container. A <see cref="ServiceStatus"/> for each service follows.</summary>
public sealed record SystemStatus(
    Phase Phase, TimeSpan Uptime, int Active, int Services, ImmutableArray<string> Missing,
    IReadOnlyDictionary<string, int> OrphansEnded, int Repairs) : Notice;
