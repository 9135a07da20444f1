using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Screens.Top;

/// <summary>
/// The last five minutes as <c>top</c> has seen them: the memory of each run, and its processors by the difference between two looks.
/// </summary>
/// <param name="delay">The time between two looks.</param>
public sealed class TopHistory(TimeSpan delay)
{
    public static readonly TimeSpan Span = TimeSpan.FromMinutes(5);

    /// <summary>The name of all together; no service has it.</summary>
    public const string All = "";

    private Dictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private TimeSpan _last;

    /// <summary>The number of looks that are kept.</summary>
    public int Whole { get; } = (int)Math.Clamp(Span / (delay > TimeSpan.Zero ? delay : TimeSpan.FromSeconds(1)), 1, 600);

    /// <param name="status">The look.</param>
    /// <param name="now">Its time, by any clock that does not jump.</param>
    public void Take(StatusDocument status, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(status);
        var before = _lines;
        _lines = new(before.Count + 1, StringComparer.Ordinal);
        var passed = now - _last;
        _last = now;
        Add(before, All, "", status.Workload, status.System.Uptime, passed);
        foreach (var row in status.Services)
            Add(before, row.Name, row.Instance ?? "", status.UsageOf(row.Name), row.RunAge ?? TimeSpan.Zero, passed);
        foreach (var row in status.Instances)
            Add(before, row.Name, row.Id, status.UsageOf(row.Name), row.Age, passed);
    }

    /// <summary>In cores; null is not known.</summary>
    public double? CoresOf(string name) => _lines.GetValueOrDefault(name)?.Cores;

    /// <summary>In bytes, the oldest first; what was not known is no number (NaN).</summary>
    public IReadOnlyList<double> MemoryOf(string name) => _lines.GetValueOrDefault(name)?.Memory ?? [];

    /// <summary>In cores, in the same way.</summary>
    public IReadOnlyList<double> CoresBefore(string name) => _lines.GetValueOrDefault(name)?.Processors ?? [];

    private void Add(Dictionary<string, Line> before, string name, string run, Usage? usage, TimeSpan age, TimeSpan passed)
    {
        var line = before.GetValueOrDefault(name) ?? new Line();
        // Another run has counters of its own, and a sum over processes falls when one of them ends.
        var used = line.Run == run && passed > TimeSpan.Zero ? usage?.CpuTime - line.CpuTime : null;
        line.Cores = used >= TimeSpan.Zero ? used.Value / passed : MeanOf(usage, age);
        (line.Run, line.CpuTime) = (run, usage?.CpuTime);
        Append(line.Memory, usage?.Memory);
        Append(line.Processors, line.Cores);
        _lines[name] = line;
    }

    /// <summary>At the first look there is no difference yet.</summary>
    private static double? MeanOf(Usage? usage, TimeSpan age) =>
        usage?.CpuTime is { } used && age > TimeSpan.Zero ? used / age : null;

    private void Append(List<double> values, double? value)
    {
        values.Add(value ?? double.NaN);
        if (values.Count > Whole)
            values.RemoveAt(0);
    }

    private sealed class Line
    {
        public string? Run { get; set; }

        public TimeSpan? CpuTime { get; set; }

        public double? Cores { get; set; }

        public List<double> Memory { get; } = [];

        public List<double> Processors { get; } = [];
    }
}
