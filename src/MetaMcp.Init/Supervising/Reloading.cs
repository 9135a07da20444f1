using MetaMcp.Init.Cli;
using MetaMcp.Init.ConfigFiles;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Logging;
using MetaMcp.Init.Output;

namespace MetaMcp.Init.Supervising;

/// <summary>
/// The file that was read again for SIGHUP: finds its errors, and puts in force the settings that are not the supervisor's.
/// </summary>
internal sealed class Reloading(string path, Enforcing enforcing, InitLogger log, LogClock clock)
{
    private Enforcing _enforcing = enforcing;

    public SystemEvent Take(byte[] bytes)
    {
        var result = ConfigFile.Plan(path, bytes);
        if (result.Plan is not { } plan)
            return new SystemEvent.ReloadRefused([.. result.Diagnostics.Select(d => d.ToString())]);
        var problems = new List<string>();
        var next = _enforcing.Under(plan.Settings);
        if (plan.Settings.Limits.Enforce == Enforcement.Require && next.LacksMoreThan(_enforcing) && next.Objection is { } objection)
            problems.Add($"{path}: limits.enforce is \"require\", and {objection}");
        if (problems.Count > 0)
            return new SystemEvent.ReloadRefused(problems);
        foreach (var warning in result.Diagnostics.Concat(plan.Settings.NotInForce))
            log.ConfigurationWarning(warning.ToString());
        return new SystemEvent.Reloaded(plan);
    }

    public void Apply(Settings before, Settings after)
    {
        var next = _enforcing.Under(after);
        if (next.LacksMoreThan(_enforcing))
            next.Tell(log);
        _enforcing = next;
        var (format, level) = (after.Init.LogFormat, after.Init.LogLevel);
        if (format != before.Init.LogFormat)
            log.ConfigurationWarning($"{path}: log_format takes effect when the container is started again");
        if (level != before.Init.LogLevel)
            log.Settings = log.Settings with { Minimum = LogSettings.LevelOf(level) };
        clock.Shown = after.Init.LogTime;
        if (after.Limits.Enforce != before.Limits.Enforce)
            log.ConfigurationWarning($"{path}: limits.enforce takes effect when the container is started again");
        if (_enforcing.Tree?.Apply(before.Limits, after.Limits) is { } refused)
            log.ConfigurationWarning($"{path}: [limits]: {refused}");
    }
}
