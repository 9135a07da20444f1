using System.Globalization;

namespace MetaMcp.Init.Core.Probing;

/// <summary>The HTTP status codes that count as healthy, both ends included.</summary>
public readonly record struct StatusRange(int First, int Last)
{
    /// <summary>The statuses that load balancers and orchestrators take as healthy: neither errors nor interim.</summary>
    public static StatusRange Default { get; } = new(200, 399);

    public bool Contains(int code) => code >= First && code <= Last;

    /// <summary>Reads <c>200-399</c> or one code, <c>204</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out StatusRange range)
    {
        var dash = text.IndexOf('-');
        var valid = TryCode(dash < 0 ? text : text[..dash], out var first);
        valid &= TryCode(dash < 0 ? text : text[(dash + 1)..], out var last);
        range = new StatusRange(first, last);
        return valid && first <= last;
    }

    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";

    // Lower statuses are interim, or (101) a switch of protocols that was not requested.
    private static bool TryCode(ReadOnlySpan<char> text, out int code) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out code) && code is >= 200 and <= 999;
}
