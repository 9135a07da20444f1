namespace MetaMcp.Init.Core.Effects;

/// <summary>How near memory comes to its cap, by <c>memory_warning</c> and <c>memory_critical</c> of [limits].</summary>
public enum MemoryLevel { Normal, Warning, Critical }
