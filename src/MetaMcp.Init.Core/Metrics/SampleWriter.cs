using System.Globalization;
using System.Text;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>
/// Writes one family after the other. The comments of a family come with its first sample, so that a family without samples does not
/// appear. A series that was written already is dropped: Prometheus would refuse the whole text.
/// </summary>
internal sealed class SampleWriter(MetricsFormat format)
{
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _series = new(StringComparer.Ordinal);
    private MetricFamily? _family;

    public bool IsOpenMetrics => format == MetricsFormat.OpenMetrics;

    public void Add(MetricFamily family, long? value, params ReadOnlySpan<string> labels)
    {
        if (value is { } number)
            Add(family, "", number.ToString(CultureInfo.InvariantCulture), labels);
    }

    public void Add(MetricFamily family, double? value, params ReadOnlySpan<string> labels)
    {
        if (value is { } number && double.IsFinite(number))
            Add(family, "", Text(number), labels);
    }

    public void Add(MetricFamily family, TimeSpan? value, params ReadOnlySpan<string> labels) =>
        Add(family, value?.TotalSeconds, labels);

    public void Add(MetricFamily family, bool value, params ReadOnlySpan<string> labels) => Add(family, value ? 1L : 0L, labels);

    /// <summary>A line of a histogram.</summary>
    /// <param name="family">The histogram.</param>
    /// <param name="suffix"><c>_bucket</c>, <c>_sum</c> or <c>_count</c>.</param>
    /// <param name="value">The number.</param>
    /// <param name="bound">The value of <c>le</c>; null for the other two.</param>
    public void AddPart(MetricFamily family, string suffix, string value, string? bound = null)
    {
        Begin(family);
        _text.Append(family.FullName).Append(suffix);
        if (bound is not null)
            _text.Append("{le=\"").Append(bound).Append("\"}");
        _text.Append(' ').Append(value).Append('\n');
    }

    public static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The whole text; nothing may be added after it.</summary>
    public string End() => IsOpenMetrics ? _text.Append("# EOF\n").ToString() : _text.ToString();

    private void Add(MetricFamily family, string suffix, string value, ReadOnlySpan<string> labels)
    {
        if (labels.Length != family.Labels.Length)
            throw new ArgumentException($"{family.Name} has {family.Labels.Length} labels");
        var series = new StringBuilder(family.FullName).Append(suffix);
        for (var at = 0; at < labels.Length; at++)
        {
            series.Append(at == 0 ? '{' : ',').Append(family.Labels[at]).Append("=\"");
            LabelText.Append(labels[at], series);
            series.Append('"');
        }
        if (labels.Length > 0)
            series.Append('}');
        if (!_series.Add(series.ToString()))
            return;
        Begin(family);
        _text.Append(series).Append(' ').Append(value).Append('\n');
    }

    private void Begin(MetricFamily family)
    {
        if (family == _family)
            return;
        _family = family;
        var name = IsOpenMetrics ? family.BareName : family.FullName;
        _text.Append("# HELP ").Append(name).Append(' ').Append(family.Help).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(TypeOf(family.Kind)).Append('\n');
        if (IsOpenMetrics && family.Unit is { } unit)
            _text.Append("# UNIT ").Append(name).Append(' ').Append(unit).Append('\n');
    }

    private string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        MetricKind.Info when IsOpenMetrics => "info",
        _ => "gauge",
    };
}
