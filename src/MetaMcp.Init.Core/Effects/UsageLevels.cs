namespace MetaMcp.Init.Core.Effects;

/// <summary>How near a run comes to its own limits.</summary>
public readonly record struct UsageLevels(UsageLevel Memory, UsageLevel Tasks);
