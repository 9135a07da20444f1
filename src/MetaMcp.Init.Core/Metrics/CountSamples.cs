using System.Collections.Immutable;
using System.Globalization;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>The counters that PID 1 keeps. Families that this version does not know are left out.</summary>
internal sealed class CountSamples
{
    internal const string Bucket = "cleanup_seconds_bucket";
    internal const string Sum = "cleanup_milliseconds_sum";
    internal const string Count = "cleanup_count";

    /// <summary>The bounds of <c>cleanup_duration_seconds</c>.</summary>
    internal static readonly ImmutableArray<double> Bounds = [.01, .1, .5, 1, 5, 10, 30];

    private readonly Dictionary<string, List<CountRow>> _rows = new(StringComparer.Ordinal);
    private readonly StatusDocument _status;
    private readonly SampleWriter _writer;

    public CountSamples(MetricsFacts facts, SampleWriter writer)
    {
        (_status, _writer) = (facts.Status, writer);
        foreach (var row in facts.Counts)
        {
            if (!_rows.TryGetValue(row.Family, out var list))
                _rows[row.Family] = list = [];
            list.Add(row);
        }
    }

    public void Write(MetricFamily family)
    {
        // An answer without a single counter is none of those to metrics, and its counters are not known.
        if (_rows.Count == 0)
            return;
        foreach (var row in _rows.GetValueOrDefault(family.Name) ?? [])
            Write(family, row.Name, row.Label, row.Value);
        if (family is { IsOfServices: false, IsOfServers: false })
            foreach (var word in family.FromStart)
                Write(family, null, word, 0);
        if (family.IsOfServices)
            foreach (var service in _status.Services)
                WriteFromStart(family, service.Name);
        if (family.IsOfServers)
            foreach (var server in _status.Servers)
                WriteFromStart(family, server.CountedAs ?? server.Name);
    }

    /// <summary>PID 1 sends no counter that is 0. A series that was written already is left out by the writer.</summary>
    private void WriteFromStart(MetricFamily family, string name)
    {
        foreach (var word in family.FromStart)
            Write(family, name, word, 0);
    }

    private void Write(MetricFamily family, string? name, string? label, long value)
    {
        var labels = new string[family.Labels.Length];
        for (var at = 0; at < labels.Length; at++)
            labels[at] = (family.Labels[at] == "name" ? name : label) ?? "";
        _writer.Add(family, value, labels);
    }

    /// <summary>Nothing if a part of the histogram is missing: half of one would be refused.</summary>
    public void WriteCleanupDuration()
    {
        if (Single(Sum) is not { } sum || Single(Count) is not { } count)
            return;
        var buckets = new long[Bounds.Length];
        for (var at = 0; at < buckets.Length; at++)
        {
            if (InBucket(Bounds[at]) is not { } value)
                return;
            buckets[at] = value;
        }
        var family = SystemFamilies.CleanupDuration;
        for (var at = 0; at < buckets.Length; at++)
            _writer.AddPart(family, "_bucket", Number(buckets[at]), BoundText(Bounds[at]));
        _writer.AddPart(family, "_bucket", Number(count), "+Inf");
        _writer.AddPart(family, "_sum", SampleWriter.Text(sum / 1000.0));
        _writer.AddPart(family, "_count", Number(count));
    }

    /// <summary>OpenMetrics wants <c>1.0</c>, and readers of the older text compare with <c>1</c>.</summary>
    private string BoundText(double bound)
    {
        var text = SampleWriter.Text(bound);
        return _writer.IsOpenMetrics && !text.Contains('.', StringComparison.Ordinal) ? text + ".0" : text;
    }

    private long? InBucket(double bound)
    {
        foreach (var row in _rows.GetValueOrDefault(Bucket) ?? [])
            if (double.TryParse(row.Label, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var found) && found == bound)
                return row.Value;
        return null;
    }

    private long? Single(string family) => _rows.TryGetValue(family, out var rows) ? rows[0].Value : null;

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
