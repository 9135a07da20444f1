namespace MetaMcp.Init.Core.Runs;

/// <summary>Numbers for jitter from a seed the shell gives: the same seed, the same run (xorshift64, Marsaglia 2003).</summary>
public sealed class Jitter
{
    private ulong _state;

    public Jitter(ulong seed) => _state = seed == 0 ? 0x9E3779B97F4A7C15 : seed;

    /// <summary>0 up to, but not, 1.</summary>
    public double Roll()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return (_state >> 11) / (double)(1UL << 53);
    }
}
