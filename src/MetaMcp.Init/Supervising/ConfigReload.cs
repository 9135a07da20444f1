using MetaMcp.Init.ConfigFiles;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Logging;
using MetaMcp.Init.Output;

namespace MetaMcp.Init.Supervising;

/// <summary>
/// The file that was read again for SIGHUP: finds its errors, and puts in force the settings that are not the supervisor's.
/// </summary>
internal sealed class ConfigReload(string path, LimitSetup limits, Announcer log, LogClock clock, InterceptSetup intercept)
{
    private LimitSetup _limits = limits;

    public SystemEvent Take(byte[] bytes)
    {
        var result = ConfigFile.Plan(path, bytes);
        if (result.Plan is not { } plan)
            return new SystemEvent.ReloadRefused([.. result.Diagnostics.Select(d => d.ToString())]);
        var next = _limits.Under(plan.Settings);
        if (plan.Settings.Limits.Enforce == Enforcement.Require && next.LacksMoreThan(_limits) && next.Objection is { } objection)
            return new SystemEvent.ReloadRefused([$"{path}: limits.enforce is \"require\", and {objection}"]);
        foreach (var warning in result.Diagnostics.Concat(plan.Settings.NotInForce))
            log.Tell(Notices.ConfigurationWarning.Of(warning.Unmarked));
        return new SystemEvent.Reloaded(plan.Supervised(UserRights.MayChange));
    }

    public void Apply(Settings before, Settings after)
    {
        var next = _limits.Under(after);
        if (next.LacksMoreThan(_limits))
            next.Tell(log);
        else if (_limits.Lacks && !next.Lacks)
            log.Tell(Notices.LimitsNotLacking.Of());
        _limits = next;
        WarnOfLate("log_format", after.Init.LogFormat != before.Init.LogFormat);
        WarnOfLate("runtime_dir", after.Init.RuntimeDirectory != before.Init.RuntimeDirectory);
        WarnOfLate("control_group", after.Init.ControlGroup != before.Init.ControlGroup);
        WarnOfLate("limits.enforce", after.Limits.Enforce != before.Limits.Enforce);
        if (after.Init.LogLevel != before.Init.LogLevel)
            log.Log.Settings = log.Log.Settings with { Minimum = LogSettings.LevelOf(after.Init.LogLevel) };
        clock.Shown = after.Init.LogTime;
        if (!after.Launch.Intercept.SequenceEqual(before.Launch.Intercept))
            intercept.Apply(after);
        if (_limits.Tree?.Apply(before.Limits, after.Limits) is { } refused)
            log.Tell(Notices.ConfigurationWarning.Of($"{path}: [limits]: {refused}"));
    }

    private void WarnOfLate(string key, bool isChanged)
    {
        if (isChanged)
            log.Tell(Notices.ConfigurationWarning.Of($"{path}: {key} takes effect when the container is started again"));
    }
}
