using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Looking;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Acting;

/// <summary>
/// The end that <c>--wait</c> of a verb waits for. A launched server is only ended: its client starts another one, which may get the
/// name that has become free, so those that are waited for are known by their ids.
/// </summary>
internal sealed class Awaited
{
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);

    /// <summary>A service that is asked to start leaves the state that it was in within a turn of PID 1, or stays there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly ControlVerb _verb;
    private readonly List<TargetRow> _targets;
    private readonly HashSet<string> _services = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Instant _begun = MonotonicClock.Now;

    /// <param name="verb">The verb.</param>
    /// <param name="targets">The answer to it.</param>
    /// <param name="before">The status of its names before it was asked.</param>
    public Awaited(ControlVerb verb, List<TargetRow> targets, IEnumerable<StatusRow> before)
    {
        (_verb, _targets) = (verb, targets);
        foreach (var row in before)
            if (row is ServiceRow service)
                _services.Add(service.Name);
            else if (row is InstanceRow instance)
                _ids.Add(instance.Id);
    }

    /// <summary>A line for each kind of target.</summary>
    public string Result => _verb == ControlVerb.Stop ? Line(_ => true, "stopped")
        : _verb == ControlVerb.Restart
            ? Line(_services.Contains, "ready") +
                Line(name => !_services.Contains(name), "ended; its client starts another one when it needs one")
            : Line(_ => true, "ready");

    private bool IsEnding => _verb is ControlVerb.Stop or ControlVerb.Restart;

    /// <summary>Whether a name that is not known any more has come to its end: an instance, or a type without a table.</summary>
    public bool IsDoneWithout(string name) => _verb == ControlVerb.Stop || (_verb == ControlVerb.Restart && !_services.Contains(name));

    /// <summary>Whether it is so: true and false are final, null is neither.</summary>
    public (bool? IsReached, string Why) Look(StatusDocument status)
    {
        if (IsEnding)
            foreach (var instance in status.Instances)
                if (instance.Condition == InstanceCondition.Ending)
                    return (null, $"{instance.Name} still runs");
                else if (_ids.Contains(instance.Id))
                    return _targets.Exists(target => target.Name == instance.Name && target.IsUnchanged)
                        ? (false, $"{instance.Name} was just being launched, and goes on; try again")
                        : (null, $"{instance.Name} still runs");
        return _verb == ControlVerb.Stop ? WaitVerb.StopsOf(status with { Instances = [] }) : Started(status);
    }

    /// <summary>Whether each service that was asked to start has started once more, and is ready.</summary>
    private (bool? IsReached, string Why) Started(StatusDocument status)
    {
        var (failed, waiting) = (new List<string>(), new List<string>());
        foreach (var service in status.Services)
        {
            var target = _targets.Find(t => t.Name == service.Name);
            if (target is null)
                continue;
            var hasStarted = target.IsUnchanged || service.Starts > target.Starts;
            var isReady = service.IsReady && service.Condition != ServiceCondition.Completed;
            // Without a rule of its own, a service is ready as soon as its program runs, which may fail at once.
            if (hasStarted && isReady && !service.HasProbe && !target.IsUnchanged && service.Since < Settling)
                waiting.Add(WaitVerb.Text(service));
            else if (hasStarted && (isReady || service.Condition == ServiceCondition.Completed))
                continue;
            else
                ((hasStarted ? HasFailed(service) : StaysOut(service)) ? failed : waiting).Add(WaitVerb.Text(service));
        }
        return WaitVerb.Of(failed, waiting);
    }

    private static bool HasFailed(ServiceRow service) => service.Condition is ServiceCondition.Backoff or ServiceCondition.Open
        or ServiceCondition.Failed or ServiceCondition.Skipped or ServiceCondition.Finished;

    /// <summary>Whether it has not been started for this request, and will not be.</summary>
    private bool StaysOut(ServiceRow service) =>
        service.Condition is ServiceCondition.Failed or ServiceCondition.Skipped or ServiceCondition.Stopped &&
        service.Since > Patience && MonotonicClock.Now - _begun > Patience;

    private string Line(Func<string, bool> isMeant, string end)
    {
        var names = string.Join(", ", _targets.Select(target => target.Name).Where(isMeant).Distinct());
        return names.Length > 0 ? $"{names}: {end}\n" : "";
    }
}
