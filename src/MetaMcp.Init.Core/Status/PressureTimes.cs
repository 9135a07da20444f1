namespace MetaMcp.Init.Core.Status;

/// <summary>The total times of a <c>*.pressure</c> file.</summary>
/// <param name="Resource"><c>memory</c>, <c>cpu</c> or <c>io</c>.</param>
/// <param name="Waiting">Some task waited (<c>some</c>).</param>
/// <param name="Stalled">All tasks waited (<c>full</c>); null where the kernel does not tell.</param>
public sealed record PressureTimes(string Resource, TimeSpan Waiting, TimeSpan? Stalled);
