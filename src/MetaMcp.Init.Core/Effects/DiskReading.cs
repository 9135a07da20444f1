using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Effects;

/// <summary>The space of one of the watched disks.</summary>
/// <param name="Path">As the file has it.</param>
/// <param name="Space">Null if it could not be read.</param>
/// <param name="Problem">Why it could not be read; else null.</param>
public sealed record DiskReading(string Path, DiskSpace? Space, string? Problem = null);
