using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>The answer to SIGUSR1: the state of one service.</summary>
public sealed record ServiceStatus(string Service, ServiceState State, ServiceRecord Record, Instant Now) : Notice;
