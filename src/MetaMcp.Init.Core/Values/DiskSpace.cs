namespace MetaMcp.Init.Core.Values;

/// <summary>The space of a mounted file system.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="Used">In bytes.</param>
/// <param name="Available">To users other than root, in bytes: a file system mostly keeps a part of it for root.</param>
public readonly record struct DiskSpace(long Size, long Used, long Available)
{
    /// <summary>Rounded up, as <c>df</c> does: the used part of what is used or can be used by users other than root.</summary>
    public int UsedPercent => Used + Available > 0 ? (int)Math.Ceiling(Used * 100.0 / (Used + (double)Available)) : 100;
}
