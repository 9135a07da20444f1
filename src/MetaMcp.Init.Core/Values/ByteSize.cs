using System.Globalization;

namespace MetaMcp.Init.Core.Values;

/// <summary>
/// A size in bytes. Written <c>"500MiB"</c> (powers of 1024) or <c>"4GB"</c> (powers of 1000), as Kubernetes and systemd
/// distinguish them; a bare number is bytes.
/// </summary>
public readonly record struct ByteSize(long Bytes)
{
    private static readonly (string Unit, long Factor)[] Units =
    [
        ("B", 1), ("kB", 1000), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
    ];

    public static bool TryParse(string text, out ByteSize size)
    {
        ArgumentNullException.ThrowIfNull(text);
        size = default;
        var digits = NumberText.LengthAtFront(text);
        var unit = digits == text.Length ? "B" : text[digits..].TrimStart();
        var factor = Array.Find(Units, u => u.Unit == unit).Factor;
        if (factor == 0 ||
            !decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            return false;
        if (amount > long.MaxValue / factor)
            return false;
        size = new ByteSize((long)(amount * factor));
        return true;
    }

    /// <summary>For a figure that was measured: <c>70.3MiB</c>.</summary>
    public string Rounded => Bytes >= 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{Bytes / (double)(1L << 30):0.0}GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{Bytes / (double)(1L << 20):0.0}MiB");

    /// <summary>In the unit that makes it shortest without a rest, so that it reads back as the same number.</summary>
    public override string ToString()
    {
        var shortest = $"{Bytes}B";
        foreach (var (unit, factor) in Units)
            if (Bytes != 0 && Bytes % factor == 0 && $"{Bytes / factor}{unit}" is var text && text.Length <= shortest.Length)
                shortest = text;
        return shortest;
    }
}
