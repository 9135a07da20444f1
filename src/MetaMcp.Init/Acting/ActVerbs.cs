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
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    /// <summary><c>start</c>, <c>stop</c>, <c>restart</c> and <c>signal</c>.</summary>
    public static int OfNames(ControlRequest request, bool isWaiting, TimeSpan? timeout)
    {
        using var client = VerbAnswers.Open();
        if (client is null)
            return VerbAnswers.NoInit;
        isWaiting &= request.Verb != ControlVerb.Signal;
        var before = isWaiting ? client.Answer(new ControlRequest(ControlVerb.Status) { Names = request.Names }) : [];
        if (before is null)
        {
            // Nothing was asked for yet, so it can be tried again.
            Page.Error(VerbAnswers.Lost);
            return VerbAnswers.NoInit;
        }
        if (VerbAnswers.Ask(client, request, out var exitCode) is not { } rows)
            return exitCode;
        var targets = rows.OfType<TargetRow>().ToList();
        // One instance of a server may just be starting, and another have got the signal.
        var isSent = request.Verb != ControlVerb.Signal || request.Names.All(name => targets.Exists(target => !target.IsUnchanged &&
            (target.Name == name || target.Name.StartsWith($"{name}@", StringComparison.Ordinal))));
        foreach (var target in targets)
            if (request.Verb == ControlVerb.Signal && target.IsUnchanged)
                Page.Error($"mcp-init signal: {target.Name} {target.Text}");
            else
                Page.Out($"{target.Name} {target.Text}\n");
        if (!isWaiting)
            return isSent ? VerbAnswers.Success : VerbAnswers.Refused;
        var awaited = new Awaited(request.Verb, targets, before);
        var code = WaitVerb.For(
            ControlVerbs.Word(request.Verb), request.Names, awaited.Look, awaited.IsDoneWithout, timeout ?? DefaultTimeout,
            out var problem);
        if (problem.Length > 0)
            Page.Error($"mcp-init {ControlVerbs.Word(request.Verb)}: {problem}");
        else if (code == VerbAnswers.Success)
            Page.Out(awaited.Result);
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
        if (isWaiting)
            IgnoreTermination();
        var request = new ControlRequest(ControlVerb.Shutdown) { IsEmergency = isEmergency };
        if (VerbAnswers.Ask(client, request, out var exitCode) is null)
            return exitCode;
        Page.Out(isEmergency ? "Everything is being killed.\n" : "mcp-init is shutting down.\n");
        if (!isWaiting)
            return VerbAnswers.Success;
        return IsDown(client, MonotonicClock.Now + (timeout ?? DefaultTimeout)) ? VerbAnswers.Success : VerbAnswers.Refused;
    }

    /// <summary>
    /// At the end of a shutdown PID 1 sends SIGTERM to all processes that are left, which we may be one of. It is ignored, so that the exit
    /// code is ours; in an emergency they get SIGKILL, and so do we (137).
    /// </summary>
    private static unsafe void IgnoreTermination()
    {
        sigaction ignored = new() { sa_handler = SIG_IGN };
        _ = set_sigaction(Signal.Term.Number, &ignored, null);
    }

    /// <summary>Waits for the word of PID 1 that everything is down, after which it gives us a moment to leave.</summary>
    private static bool IsDown(ControlClient client, Instant due)
    {
        _ = client.Ask(new ControlRequest(ControlVerb.Events) { IsFollowing = true });
        while (MonotonicClock.Now < due)
        {
            var row = client.Next(Instant.Later(due, MonotonicClock.Now) - MonotonicClock.Now);
            if (row is EndRow || client.IsLost)
                return true;
        }
        return false;
    }
}
