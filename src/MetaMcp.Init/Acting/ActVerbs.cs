using MetaMcp.Init.Connecting;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Looking;
using MetaMcp.Init.Pages;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Acting;

/// <summary>The verbs that ask PID 1 to do something; with <c>--wait</c> they end when it is done.</summary>
internal static class ActVerbs
{
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    /// <summary><c>start</c>, <c>stop</c>, <c>restart</c> and <c>signal</c>.</summary>
    public static int OfNames(ControlRequest request, bool isWaiting, TimeSpan? timeout)
    {
        if (VerbAnswers.Ask(request, out var exitCode) is not { } rows)
            return exitCode;
        var targets = rows.OfType<TargetRow>().ToList();
        foreach (var target in targets)
            Page.Out($"{target.Name} {target.Text}\n");
        if (!isWaiting || request.Verb == ControlVerb.Signal)
            return VerbAnswers.Success;
        var names = targets.Select(target => target.Name).Distinct().ToList();
        var code = WaitVerb.For(
            names, request.Verb == ControlVerb.Stop ? WaitVerb.StopsOf : status => Started(status, targets),
            timeout ?? DefaultTimeout, out var problem);
        if (problem.Length > 0)
            Page.Error($"mcp-init {ControlVerbs.Word(request.Verb)}: {problem}");
        else if (code == VerbAnswers.Success)
            Page.Out($"{string.Join(", ", names)}: {(request.Verb == ControlVerb.Stop ? "stopped" : "ready")}\n");
        return code;
    }

    public static int Reload(bool isWaiting, TimeSpan? timeout)
    {
        using var events = VerbAnswers.Open();
        if (events is null)
            return VerbAnswers.NoInit;
        if (VerbAnswers.Ask(events, new ControlRequest(ControlVerb.Health) { IsAlive = true }, out var exitCode) is not { } before)
            return exitCode;
        var since = (before[^1] as EndRow)?.Sequence;
        if (VerbAnswers.Ask(events, new ControlRequest(ControlVerb.Reload), out exitCode) is null)
            return exitCode;
        if (!isWaiting)
        {
            Page.Out("The file is being read again; mcp-init events shows the result.\n");
            return VerbAnswers.Success;
        }
        _ = events.Ask(new ControlRequest(ControlVerb.Events) { IsFollowing = true, Since = since });
        var due = MonotonicClock.Now + (timeout ?? DefaultTimeout);
        while (events.Next(Instant.Later(due, MonotonicClock.Now) - MonotonicClock.Now) is { } row)
        {
            if (row is not EventRow happened)
                continue;
            switch (happened.Name)
            {
                case "config.problem":
                    Page.Error($"mcp-init {happened.Text}");
                    break;
                case "config.refused":
                    Page.Error($"mcp-init reload: {happened.Text}");
                    return VerbAnswers.Refused;
                case "config.reloaded":
                    Page.Out(happened.Text + "\n");
                    return VerbAnswers.Success;
            }
        }
        Page.Error("mcp-init reload: the file has not been read in time; mcp-init events shows the result");
        return VerbAnswers.Refused;
    }

    public static int Shutdown(bool isEmergency, bool isWaiting, TimeSpan? timeout)
    {
        using var client = VerbAnswers.Open();
        if (client is null)
            return VerbAnswers.NoInit;
        var request = new ControlRequest(ControlVerb.Shutdown) { IsEmergency = isEmergency };
        if (VerbAnswers.Ask(client, request, out var exitCode) is null)
            return exitCode;
        Page.Out(isEmergency ? "Everything is being killed.\n" : "mcp-init is shutting down.\n");
        if (!isWaiting)
            return VerbAnswers.Success;
        return HaveAllStopped(MonotonicClock.Now + (timeout ?? DefaultTimeout)) ? VerbAnswers.Success : VerbAnswers.Refused;
    }

    /// <summary>
    /// Waits until no service and no server is left, or PID 1 is gone. Then PID 1 sends SIGTERM to all processes that are left, which we
    /// are one of; it is ignored, so that the exit code is ours, and we are gone before the SIGKILL.
    /// </summary>
    private static unsafe bool HaveAllStopped(Instant due)
    {
        sigaction ignored = new() { sa_handler = SIG_IGN };
        _ = set_sigaction(Signal.Term.Number, &ignored, null);
        using var events = ControlClient.Open(out _);
        using var client = ControlClient.Open(out _);
        var isFollowing = false;
        while (events is not null && client is not null && MonotonicClock.Now < due)
        {
            if (client.Answer(new ControlRequest(ControlVerb.Status)) is not { } rows || StatusDocument.From(rows) is not { } status ||
                WaitVerb.StopsOf(status).IsReached == true)
                return true;
            if (!isFollowing)
                isFollowing = events.Ask(
                    new ControlRequest(ControlVerb.Events) { IsFollowing = true, Since = (rows[^1] as EndRow)?.Sequence });
            _ = events.Next(Instant.Later(due, MonotonicClock.Now) - MonotonicClock.Now);
        }
        return MonotonicClock.Now < due;
    }

    /// <summary>Whether each service that was asked to start has started once more, and is ready.</summary>
    private static (bool? IsReached, string Why) Started(StatusDocument status, List<TargetRow> targets)
    {
        foreach (var service in status.Services)
        {
            var target = targets.Find(t => t.Name == service.Name);
            if (target is null)
                continue;
            var hasStarted = target.IsUnchanged || service.Starts > target.Starts;
            var isReady = service.Condition is ServiceCondition.Ready or ServiceCondition.Failing;
            // Without a rule of its own, a service is ready as soon as its program runs, which may fail at once.
            if (hasStarted && isReady && !service.HasProbe && !target.IsUnchanged && service.Since < Settling)
                return (null, WaitVerb.Text(service));
            if (hasStarted && (isReady || service.Condition == ServiceCondition.Completed))
                continue;
            return hasStarted && service.Condition is (ServiceCondition.Backoff or ServiceCondition.Open or ServiceCondition.Failed
                or ServiceCondition.Skipped or ServiceCondition.Finished)
                ? (false, WaitVerb.Text(service)) : (null, WaitVerb.Text(service));
        }
        return (true, "");
    }
}
