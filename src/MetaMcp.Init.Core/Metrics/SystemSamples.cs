using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>The state of mcp-init as a whole.</summary>
internal static class SystemSamples
{
    private static readonly string[] Phases = ["startup", "running", "shutdown"];

    private static readonly string[] Resources = ["memory", "tasks", "cpu"];

    public static void Write(MetricsFacts facts, SampleWriter writer)
    {
        var (system, init) = (facts.Status.System, facts.Init);
        writer.Add(SystemFamilies.BuildInfo, 1L, system.Version, facts.Commit ?? "", facts.Rid ?? "");
        writer.Add(SystemFamilies.StartTime, init.StartedAt);
        for (var phase = 0; phase < Phases.Length; phase++)
            writer.Add(SystemFamilies.Phase, phase == (int)system.Phase, Phases[phase]);
        writer.Add(SystemFamilies.Degraded, !system.Missing.IsEmpty);
        foreach (var resource in Resources)
            writer.Add(SystemFamilies.LimitsEnforced, system.Controllers.Contains(resource), resource);
        writer.Add(SystemFamilies.ReloadSuccessful, system.IsReloadSuccessful);
        writer.Add(SystemFamilies.ReloadTime, ReloadedAt(init.StartedAt, system));
        writer.Add(SystemFamilies.StartupDuration, system.StartupTook);
    }

    /// <summary>
    /// By the start of mcp-init and two ages of the same moment, so that the figure stays the same from scrape to scrape; whole seconds,
    /// since each age is cut to milliseconds.
    /// </summary>
    private static double? ReloadedAt(double? startedAt, SystemRow system) =>
        startedAt is { } start ? Math.Round(start + (system.Uptime - system.FileAge).TotalSeconds) : null;
}
