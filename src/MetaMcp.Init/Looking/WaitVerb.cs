using MetaMcp.Init.Connecting;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Pages;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Looking;

/// <summary>
/// Waits for a state of services: looks, and looks again after each event that concerns them. Two connections are used, one that follows
/// the events and one that asks.
/// </summary>
internal static class WaitVerb
{
    /// <summary>An event that was lost for want of memory must not cost more than this.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ToBegin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="verb">The verb that was typed.</param>
    /// <param name="names">The services and servers.</param>
    /// <param name="isReached">Whether it is so: true and false are final, null is neither.</param>
    /// <param name="isDoneWithout">Whether a name that PID 1 does not know any more needs no more waiting.</param>
    /// <param name="timeout">Null to wait as long as it takes.</param>
    /// <param name="problem">Why it is not so; empty if it is.</param>
    public static int For(
        string verb, IReadOnlyList<string> names, Func<StatusDocument, (bool? IsReached, string Why)> isReached,
        Func<string, bool> isDoneWithout, TimeSpan? timeout, out string problem)
    {
        problem = "";
        var due = timeout is { } time ? MonotonicClock.Now + time : Instant.Never;
        AwaitSocket(due);
        using var events = VerbAnswers.Open();
        using var client = events is null ? null : VerbAnswers.Open();
        if (events is null || client is null)
            return VerbAnswers.NoInit;
        var isFollowing = false;
        while (true)
        {
            if (Ask(verb, client, names, isDoneWithout, out names, out var exitCode) is not { } rows)
                return exitCode;
            if (StatusDocument.From(rows) is not { } document)
                return VerbAnswers.NoInit;
            // What has happened before this look was seen by it.
            if (!isFollowing)
                isFollowing = events.Ask(new ControlRequest(ControlVerb.Events)
                {
                    Names = [.. names], IsFollowing = true, Since = (rows[^1] as EndRow)?.Sequence,
                });
            var (reached, why) = isReached(document);
            if (reached is { } final)
            {
                problem = why;
                return final ? VerbAnswers.Success : VerbAnswers.Refused;
            }
            if (MonotonicClock.Now >= due)
            {
                problem = $"not within {Duration.Format(timeout!.Value)}: {why}";
                return VerbAnswers.Refused;
            }
            var next = Instant.Earlier(due, MonotonicClock.Now + Longest) - MonotonicClock.Now;
            if (events.IsLost)
                Thread.Sleep(next);
            _ = events.Next(next);
            // The events that came at once are seen by one look.
            while (events.Next(TimeSpan.Zero) is not null)
                continue;
        }
    }

    /// <summary>The rows of the names; null and the exit code if there are none to go on with, after the reason was shown.</summary>
    /// <param name="verb">The verb that was typed.</param>
    /// <param name="client">The connection.</param>
    /// <param name="names">The names.</param>
    /// <param name="isDoneWithout">As above.</param>
    /// <param name="left">Gets the names that are still known.</param>
    /// <param name="exitCode">Gets the exit code.</param>
    private static List<StatusRow>? Ask(
        string verb, ControlClient client, IReadOnlyList<string> names, Func<string, bool> isDoneWithout,
        out IReadOnlyList<string> left, out int exitCode)
    {
        left = names;
        while (true)
        {
            exitCode = VerbAnswers.NoInit;
            if (client.Answer(RequestOf(left)) is not { } rows)
            {
                Page.Error(VerbAnswers.Lost);
                return null;
            }
            exitCode = VerbAnswers.Success;
            if (rows[^1] is not EndRow { Error: not ControlError.None } end)
                return rows;
            IReadOnlyList<string> known = end.Error == ControlError.UnknownName ? Known(client, left, isDoneWithout) : left;
            if (client.IsLost)
                continue;
            if (known.Count == left.Count)
            {
                exitCode = VerbAnswers.Tell(end, verb);
                return null;
            }
            left = known;
            if (known.Count == 0)
                return null;
        }
    }

    private static List<string> Known(ControlClient client, IReadOnlyList<string> names, Func<string, bool> isDoneWithout)
    {
        var known = new List<string>();
        foreach (var name in names)
            if (!isDoneWithout(name) || client.Answer(RequestOf([name]))?[^1] is not EndRow { Error: ControlError.UnknownName })
                known.Add(name);
        return known;
    }

    private static ControlRequest RequestOf(IReadOnlyList<string> names) => new(ControlVerb.Status) { Names = [.. names] };

    /// <summary>A container that has just been started has no socket yet: who waits for a service waits for that too.</summary>
    private static void AwaitSocket(Instant due)
    {
        var last = Instant.Earlier(due, MonotonicClock.Now + ToBegin);
        while (MonotonicClock.Now < last)
        {
            using var client = ControlClient.Open(out _);
            if (client is not null)
                return;
            Thread.Sleep(Pause);
        }
    }

    public static int Run(IReadOnlyList<string> names, bool isStopped, TimeSpan? timeout)
    {
        // A name that was never known is a mistake; one that is not known any more has stopped.
        var wasKnown = false;
        var code = For(
            "wait", names,
            status =>
            {
                wasKnown = true;
                // Without a row of a service nothing would be waited for.
                return isStopped ? StopsOf(status)
                    : HealthVerbs.WithoutHealth(names, status.Services) is { } server ? (false, HealthVerbs.TextOf(server))
                    : ReadyOf(status);
            },
            _ => isStopped && wasKnown, timeout, out var problem);
        if (problem.Length > 0)
            Page.Error($"mcp-init wait: {problem}");
        return code;
    }

    public static (bool? IsReached, string Why) ReadyOf(StatusDocument status)
    {
        if (status.System.Phase == SystemPhase.Stopping)
            return (false, "mcp-init is shutting down");
        if (status.System.Phase == SystemPhase.Starting && status.Services.IsEmpty)
            return (null, "the startup is not over");
        var (failed, waiting) = (new List<string>(), new List<string>());
        foreach (var service in status.Services)
        {
            if (service.IsReady)
                continue;
            // An operator, or the end of a back-off, can still help; these need a person.
            var isFinal = service.Condition is ServiceCondition.Failed or ServiceCondition.Skipped or ServiceCondition.Finished
                or ServiceCondition.Stopped;
            (isFinal ? failed : waiting).Add(Text(service));
        }
        return Of(failed, waiting);
    }

    /// <summary>One that has failed is final; one that is waited for is not.</summary>
    public static (bool? IsReached, string Why) Of(List<string> failed, List<string> waiting) =>
        failed.Count > 0 ? (false, string.Join(", ", failed)) : waiting.Count > 0 ? (null, string.Join(", ", waiting)) : (true, "");

    public static (bool? IsReached, string Why) StopsOf(StatusDocument status)
    {
        var running = new List<string>();
        foreach (var service in status.Services)
            if (service.Condition is not (ServiceCondition.Stopped or ServiceCondition.Failed or ServiceCondition.Completed
                or ServiceCondition.Finished or ServiceCondition.Skipped))
                running.Add(Text(service));
        foreach (var instance in status.Instances)
            running.Add($"{instance.Name} still runs");
        return Of([], running);
    }

    public static string Text(ServiceRow service) =>
        $"{service.Name} is {StatusLines.Word(service.Condition)}{(service.Why is { } why ? $" ({why})" : "")}";
}
