namespace MetaMcp.Init.Core.Monitoring;

/// <summary>Whose memory is short.</summary>
internal enum PressureScope
{
    /// <summary>All services and servers together, below <c>memory</c> of [limits].</summary>
    Workload,

    /// <summary>The container, below the limit that its runtime has given it.</summary>
    Container,
}
