namespace MetaMcp.Init.Core.Values;

/// <summary>So many lines in so long: <c>"1000/s"</c>, <c>"600/m"</c>.</summary>
public sealed record LineRate(int Lines, TimeSpan Per);
