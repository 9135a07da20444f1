namespace MetaMcp.Init.Core.Metrics;

/// <summary>The two texts that Prometheus reads.</summary>
public enum MetricsFormat
{
    /// <summary>The older one, 0.0.4.</summary>
    Prometheus,

    /// <summary>OpenMetrics 1.0.</summary>
    OpenMetrics,
}

/// <summary>Which text a client gets, by its Accept header.</summary>
public static class MetricsFormats
{
    public static string ContentType(MetricsFormat format) => format == MetricsFormat.OpenMetrics
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>
    /// OpenMetrics for a client that prefers it to <c>text/plain</c>, or takes both alike and names it; the older text for all others,
    /// browsers and curl among them. A version of OpenMetrics that does not exist yet is not taken.
    /// </summary>
    /// <param name="accept">The value of the header; null without one.</param>
    public static MetricsFormat For(string? accept)
    {
        double open = -1, plain = -1;
        foreach (var range in (accept ?? "").Split(','))
        {
            var parts = range.Split(';');
            var (quality, isKnown) = (1.0, true);
            for (var at = 1; at < parts.Length; at++)
            {
                var part = parts[at].Trim();
                if (part.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
                    quality = QualityOf(part[2..]);
                else if (part.StartsWith("version=", StringComparison.OrdinalIgnoreCase))
                    isKnown = part[8..].Trim('"') is "1.0.0" or "0.0.1" or "0.0.4";
            }
            var type = parts[0].Trim();
            if (type.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase) && isKnown)
                open = Math.Max(open, quality);
            else if (type.Equals("text/plain", StringComparison.OrdinalIgnoreCase) && isKnown)
                plain = Math.Max(plain, quality);
        }
        return open > 0 && open >= plain ? MetricsFormat.OpenMetrics : MetricsFormat.Prometheus;
    }

    /// <summary>0 to 1; what is no such number counts as 0, so that it wins over nothing.</summary>
    private static double QualityOf(string text) =>
        double.TryParse(text, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture,
            out var quality) && quality is >= 0 and <= 1 ? quality : 0;
}
