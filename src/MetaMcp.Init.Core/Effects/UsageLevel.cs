namespace MetaMcp.Init.Core.Effects;

/// <summary>How near memory or tasks come to their limit, by <c>memory_warning</c> and <c>memory_critical</c> of [limits].</summary>
public enum UsageLevel { Normal, Warning, Critical }
