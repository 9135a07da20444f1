using System.Globalization;
using System.Text.RegularExpressions;
using MetaMcp.Init.Core.Metrics;

namespace MetaMcp.Init.Core.Tests.Metrics;

/// <summary>
/// A strict reader of the two texts: every line is a comment of the family or one of its samples, families stand together, comments come
/// once and first, no series comes twice, values are numbers, and counters are not negative.
/// </summary>
internal sealed partial class Exposition
{
    public Dictionary<string, double> Samples { get; } = [];

    /// <summary>The type of each family, by the name in its comments.</summary>
    public Dictionary<string, string> Types { get; } = [];

    private readonly HashSet<string> _closed = [];
    private readonly bool _isOpen;
    private string _family = "";

    private Exposition(bool isOpen) => _isOpen = isOpen;

    public static Exposition Read(string text, MetricsFormat format)
    {
        var read = new Exposition(format == MetricsFormat.OpenMetrics);
        Assert.EndsWith("\n", text);
        var lines = text[..^1].Split('\n');
        if (read._isOpen)
            Assert.Equal("# EOF", lines[^1]);
        foreach (var line in read._isOpen ? lines[..^1] : lines)
            read.Take(line);
        Assert.DoesNotContain(read.Types.Keys, family => !read.Samples.Keys.Any(series => read.Belongs(family, NameOf(series))));
        return read;
    }

    private void Take(string line)
    {
        if (Comment().Match(line) is { Success: true } comment)
        {
            var (keyword, name, rest) = (comment.Groups[1].Value, comment.Groups[2].Value, comment.Groups[3].Value);
            if (keyword == "HELP")
                Begin(name);
            Assert.Equal(_family, name);
            if (keyword == "TYPE")
                Assert.True(Types.TryAdd(name, rest), $"two types of {name}");
            if (keyword == "UNIT")
                Assert.True(_isOpen && name.EndsWith("_" + rest, StringComparison.Ordinal), line);
            return;
        }
        var sample = Sample().Match(line);
        Assert.True(sample.Success, $"neither a comment nor a sample: {line}");
        Assert.True(Types.ContainsKey(_family) && Belongs(_family, sample.Groups[1].Value), $"{line} is no sample of {_family}");
        var value = double.Parse(sample.Groups[3].Value, NumberStyles.Float, CultureInfo.InvariantCulture);
        Assert.True(Types[_family] != "counter" || value >= 0, line);
        Assert.True(Samples.TryAdd(sample.Groups[1].Value + sample.Groups[2].Value, value), $"twice: {line}");
    }

    private void Begin(string name)
    {
        Assert.True(_family.Length == 0 || _closed.Add(_family));
        Assert.DoesNotContain(name, _closed);
        _family = name;
    }

    private bool Belongs(string family, string sample) => Types[family] switch
    {
        "counter" when _isOpen => sample == family + "_total",
        "info" => sample == family + "_info",
        "histogram" => sample == family + "_bucket" || sample == family + "_sum" || sample == family + "_count",
        _ => sample == family,
    };

    private static string NameOf(string series) => series.Split('{')[0];

    [GeneratedRegex(@"^# (HELP|TYPE|UNIT) (mcp_init_[a-z0-9_]+) (\S.*)$")]
    private static partial Regex Comment();

    [GeneratedRegex(
        "^([a-z][a-z0-9_]*)((?:\\{(?:[a-z_]+=\"(?:[^\"\\\\\n\\x00-\\x1f\\x7f]|\\\\\\\\|\\\\\"|\\\\n)*\"" +
        "(?:,(?!\\})|(?=\\})))+\\})?)" +
        @" (-?[0-9]+(?:\.[0-9]+)?(?:E[-+][0-9]+)?)$")]
    private static partial Regex Sample();
}
