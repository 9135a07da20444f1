using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Runs.RunState;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// Messages that a service sends to its NOTIFY_SOCKET (<c>man 3 sd_notify</c>). READY=1 makes the service ready. EXTEND_TIMEOUT_USEC=
/// puts off the deadline of a start or a stop. WATCHDOG=1 keeps a service with a <c>watchdog</c> healthy. STOPPING=1 ends the probes,
/// since a service that ends by itself answers none; from then on it has its stop_timeout. STATUS= and RELOADING=1 are shown and change
/// nothing. MAINPID= is handled on the kernel's side, which knows to which run a process belongs.
/// </summary>
internal static class NotificationSteps
{
    public static RunStep Said(in RunContext context, RunState state, in NotifyMessage message, Instant now)
    {
        var step = new RunStep(state, []);
        if (message.IsReady && context.Settings.Ready == ReadyRule.SdNotify)
            step = ReadinessSteps.Notified(context, state, now);
        if (message.IsWatchdogTriggered && !context.IsEnding && step.State is Ready { WatchdogBy: var by } triggered && by != Instant.Never)
            return After(step, HealthSteps.Unhealthy(context, triggered, now, "it said WATCHDOG=trigger", now));
        if (message.IsStopping && step.State is Ready ready)
            step = After(step, Stopping(context, ready, now));
        return step with { State = Extended(Watched(context, step.State, message, now), message, now) };
    }

    /// <summary>
    /// The service ends by itself: a probe could say nothing about it any more. It has the time that a service has which is asked to
    /// stop.
    /// </summary>
    private static RunStep Stopping(in RunContext context, Ready state, Instant now)
    {
        var ending = context.IsEnding || state.Ending != ExtensibleDeadline.None
            ? state.Ending
            : ExtensibleDeadline.From(now, context.Settings.StopTimeout);
        return new(state with { Watch = new HealthWatch.None(), WatchdogBy = Instant.Never, Ending = ending },
            [.. ReadinessSteps.EndProbe(context, state)]);
    }

    /// <summary>The service said STOPPING=1 and has not ended in time.</summary>
    public static RunStep EndingPassed(in RunContext context, Ready state, Instant now) =>
        context.IsEnding
            ? state with { Ending = ExtensibleDeadline.None }
            : HealthSteps.Unhealthy(context, state with { Ending = ExtensibleDeadline.None }, now,
                $"it said STOPPING=1 and has not ended since, for its stop_timeout of {Duration.Format(context.Settings.StopTimeout)} or " +
                "what it asked for", now);

    /// <summary>
    /// A service that misses its watchdog is treated like one that fails its probes: ended, and restarted as after a failure.
    /// </summary>
    public static RunStep WatchdogPassed(in RunContext context, Ready state, Instant now)
    {
        var time = state.WatchdogTime ?? context.Settings.Watchdog ?? TimeSpan.Zero;
        return HealthSteps.Unhealthy(context, state, now + -time, $"no WATCHDOG=1 for {Duration.Format(time)}", now);
    }

    /// <summary>The deadline of the first keep-alive of a run that has just become ready.</summary>
    public static Instant FirstWatchdog(in RunContext context, Starting state, Instant now) =>
        (state.WatchdogTime ?? context.Settings.Watchdog) is { } time && time > TimeSpan.Zero && !context.IsEnding
            ? now + time
            : Instant.Never;

    private static RunState Watched(in RunContext context, RunState state, in NotifyMessage message, Instant now)
    {
        if (state is Starting starting && message.Watchdog is { } early)
            return starting with { WatchdogTime = early };
        // A service that has said STOPPING=1 is not watched any more.
        if (state is not Ready s || context.IsEnding || s.Ending != ExtensibleDeadline.None)
            return state;
        var time = message.Watchdog ?? s.WatchdogTime ?? context.Settings.Watchdog;
        if (message.Watchdog is { } given)
            s = s with { WatchdogTime = given, WatchdogBy = given == TimeSpan.Zero ? Instant.Never : now + given };
        return message.IsAlive && s.WatchdogBy != Instant.Never && time is { } wait ? s with { WatchdogBy = now + wait } : s;
    }

    /// <summary>
    /// An extension never shortens a deadline: the service has to send another message within the time that this one gives. A start ends
    /// with the startup phase all the same.
    /// </summary>
    private static RunState Extended(RunState state, in NotifyMessage message, Instant now)
    {
        if (message.Extension is not { } more)
            return state;
        return state switch
        {
            Starting s => s with { ReadyBy = Instant.Later(s.ReadyBy, now + more) },
            Ready s when s.Ending != ExtensibleDeadline.None => s with { Ending = s.Ending.Extended(now, more) },
            Stopping s => s with { KillAt = new ExtensibleDeadline(s.KillAt, s.LastKillAt).Extended(now, more).Until },
            _ => state,
        };
    }

    private static RunStep After(RunStep first, RunStep then) => then with { Effects = [.. first.Effects, .. then.Effects] };
}
