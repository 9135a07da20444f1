namespace MetaMcp.Init.Core.Supervision;

/// <summary>Numbers for jitter from a seed the shell gives: the same seed, the same run (xorshift64, Marsaglia 2003).</summary>
public sealed class Dice
{
    private ulong state;

    public Dice(ulong seed) => state = seed == 0 ? 0x9E3779B97F4A7C15 : seed;

    /// <summary>0 up to, but not, 1.</summary>
    public double Roll()
    {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return (state >> 11) / (double)(1UL << 53);
    }
}
