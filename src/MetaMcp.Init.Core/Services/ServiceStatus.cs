using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>The state of one service, of which the answer to SIGUSR1 has the text.</summary>
public sealed record ServiceStatus(string Service, ServiceState State, ServiceRecord Record, Instant Now)
{
    /// <summary>Made only when somebody reads it.</summary>
    public override string ToString() => ServiceStatusText.Of(this);
}
