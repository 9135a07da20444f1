namespace MetaMcp.Init.Core.Effects;

/// <summary>The word of each code.</summary>
public static class RefusalCodes
{
    // Indexed by the enumeration's numbers.
    private static readonly string[] Words = ["limit", "unknown", "forbidden", "invalid", "shortage", "stopping"];

    public static string Word(RefusalCode code) => Words[(int)code];

    public static bool TryRead(string word, out RefusalCode code)
    {
        var at = Array.IndexOf(Words, word);
        code = at < 0 ? default : (RefusalCode)at;
        return at >= 0;
    }
}
