using MetaMcp.Init.Core.Effects;

namespace MetaMcp.Init.Core.Alerting;

/// <summary>A notice that has raised an alert.</summary>
internal sealed record AlertCause(Notice Notice, bool IsCritical);
