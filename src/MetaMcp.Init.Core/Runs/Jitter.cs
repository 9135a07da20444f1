namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// Pseudo-random numbers for jitter from a seed that the executable gives: the same seed gives the same numbers (xorshift64, Marsaglia
/// 2003).
/// </summary>
public sealed class Jitter
{
    private ulong _state;

    public Jitter(ulong seed) => _state = seed == 0 ? 0x9E3779B97F4A7C15 : seed;

    /// <summary>The next number, from 0 (included) to 1 (excluded).</summary>
    public double Roll()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return (_state >> 11) / (double)(1UL << 53);
    }
}
