namespace MetaMcp.Init.Core.KernelText;

/// <summary>
/// One line of /proc/[pid]/uid_map: this many ids from <paramref name="inside"/> on are <paramref name="outside"/> and on.
/// </summary>
public sealed class IdRange(uint inside, uint outside, uint count)
{
    public uint Inside { get; } = inside;
    public uint Outside { get; } = outside;
    public uint Count { get; } = count;
}
