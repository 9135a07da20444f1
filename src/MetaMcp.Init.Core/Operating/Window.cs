using MetaMcp.Init.Core.Alerting;
using MetaMcp.Init.Core.Cleanup;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Monitoring;
using MetaMcp.Init.Core.Repair;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Operating;

/// <summary>
/// Answers requests that look. An answer is made row by row, when its client has room for the next one: so a client that reads slowly
/// costs no memory, and an answer of hundreds of rows holds up nothing. Each row is true when it is made. Nothing is changed by a look.
/// </summary>
public sealed class Window
{
    private readonly ServiceTable _services;
    private readonly OrphanWatch _orphans;
    private readonly CleanupTotals _totals;
    private readonly Registry _registry;
    private readonly Reconciler _reconciler;
    private readonly Alerts _alerts;
    private readonly ServiceRows _serviceRows;
    private readonly InstanceRows _instanceRows;
    private readonly SystemRows _systemRows;

    internal Window(
        ServiceTable services, Phases phases, Pool pool, OrphanWatch orphans, CleanupTotals totals, Registry registry,
        Reconciler reconciler, Tally tally, DiskWatch disks, StallWatch stalls, Alerts alerts)
    {
        (_services, _orphans, _totals, _registry) = (services, orphans, totals, registry);
        (Tally, Pool, _reconciler, _alerts) = (tally, pool, reconciler, alerts);
        Logs.Know(services.Plan.Settings.Servers);
        _serviceRows = new ServiceRows(services, registry, tally);
        _instanceRows = new InstanceRows(services, pool, registry);
        _systemRows = new SystemRows(
            services, _serviceRows, phases, orphans, reconciler, totals, tally, disks, stalls, _instanceRows, alerts);
    }

    public EventRing Events { get; } = new();

    public LogRings Logs { get; } = new();

    public Tally Tally { get; }

    /// <summary>The time at which the next row is made; the executable sets it.</summary>
    public Instant Now { get; set; }

    private Pool Pool { get; }

    /// <summary>Takes everything that is told.</summary>
    public void Hear(ToldNotice told)
    {
        Events.Add(told);
        Tally.Hear(told);
        Logs.Hear(told);
        if (told.Notice.Kind == Notices.Reloaded)
            Logs.Know(_services.Plan.Settings.Servers);
    }

    /// <summary>The rows of the answer; null where the next one is not there yet. The last row is the end.</summary>
    public IEnumerator<StatusRow?> Look(ControlRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (Problem(request) is { } problem ? Only(problem) : request.Verb switch
        {
            ControlVerb.Events => Happened(request),
            ControlVerb.Logs => Said(request),
            ControlVerb.Health => Health(request),
            _ => State(request),
        }).GetEnumerator();
    }

    private static IEnumerable<StatusRow?> Only(EndRow end)
    {
        yield return end;
    }

    private EndRow? Problem(ControlRequest request)
    {
        foreach (var name in request.Names)
            if (_serviceRows.Find(name) < 0 && !IsServer(name))
                return new EndRow(ControlError.UnknownName, UnknownNames.Sentence(name, _services.Plan));
        return null;
    }

    private bool IsServer(string name)
    {
        if (_services.Plan.Settings.FindServer(name) is not null)
            return true;
        foreach (var instance in Pool.Instances)
            if (instance.Name == name || instance.Server.Name == name)
                return true;
        return false;
    }

    private EndRow End() => new() { Sequence = Events.Last };

    private IEnumerable<StatusRow?> State(ControlRequest request)
    {
        var names = request.Names;
        yield return _systemRows.Of(Now);
        for (var index = 0; index < _serviceRows.Count; index++)
            if ((names.IsEmpty ? _serviceRows.IsListed(index) : names.Contains(_services.NameOf(index))) &&
                _serviceRows.Of(index, Now) is { } service)
                yield return service;
        foreach (var type in _instanceRows.Types())
            if (names.IsEmpty || names.Contains(type))
                yield return _instanceRows.OfType(type);
        foreach (var id in _instanceRows.Ids())
            if (_instanceRows.Of(id, Now) is { } instance &&
                (names.IsEmpty || names.Contains(instance.Name) || names.Contains(instance.Server)))
                yield return instance;
        foreach (var alert in _alerts.Rows(Now))
            if (names.IsEmpty || (alert.Name is { } about && names.Contains(about)))
                yield return alert;
        if (request.Verb == ControlVerb.Ps)
            foreach (var row in Processes(request))
                yield return row;
        if (request.Verb == ControlVerb.Metrics)
            foreach (var row in Counters())
                yield return row;
        yield return End();
    }

    private IEnumerable<StatusRow> Processes(ControlRequest request)
    {
        var numbers = new List<long>();
        foreach (var entry in _registry.Entries)
            if (entry.Kind != EntryKind.Run && entry.Pid != 0)
                numbers.Add(entry.Sequence);
        numbers.Sort();
        foreach (var number in numbers)
        {
            if (_registry.Find(number) is not { Pid: > 0 } entry)
                continue;
            var name = entry.Kind == EntryKind.Orphan ? entry.Type : OwnerOf(entry) ?? entry.Type;
            if (!request.Names.IsEmpty && !request.Names.Contains(name))
                continue;
            yield return new ProcessRow(
                entry.Kind switch
                {
                    EntryKind.Probe => ProcessKind.Probe,
                    EntryKind.StopCommand => ProcessKind.StopCommand,
                    _ => ProcessKind.Orphan,
                }, entry.Pid, Now - entry.Since)
            {
                Name = name, EndsIn = _orphans.EndsIn(entry.Pid, Now),
            };
        }
    }

    private string? OwnerOf(Entry entry) =>
        _registry.Find(entry.Parent) is { Owner: RunOwner.Service(var service) } && service < _services.States.Length
            ? _services.NameOf(service) : null;

    private List<CountRow> Counters()
    {
        var rows = new List<CountRow>(Tally.Rows(Now));
        Pool.Totals.Each((family, type, label, value) => rows.Add(new CountRow(family, type, label, value)));
        foreach (var (command, count) in _orphans.Ended)
            rows.Add(new CountRow("orphans_ended_total", null, command, count));
        rows.Add(new CountRow("cleanups_total", null, "clean", _totals.Clean));
        rows.Add(new CountRow("cleanups_total", null, "killed", _totals.Killed));
        rows.Add(new CountRow("cleanups_total", null, "failed", _totals.Failed));
        rows.Add(new CountRow("limit_breaches_total", null, null, Tally.LimitBreaches));
        rows.Add(new CountRow("corrective_actions_total", null, null, Tally.CorrectiveActions));
        rows.Add(new CountRow("repairs_total", null, null, _reconciler.Repairs));
        rows.Add(new CountRow("reaped_total", null, null, Tally.Reaped));
        rows.Add(new CountRow("cleanup_count", null, null, _totals.Count));
        rows.Add(new CountRow("cleanup_milliseconds_sum", null, null, (long)_totals.Sum.TotalMilliseconds));
        foreach (var (bound, count) in _totals.Buckets)
            rows.Add(new CountRow("cleanup_seconds_bucket", null, bound, count));
        foreach (var service in _services.Plan.Services)
        {
            var probes = _services.Records[service.Index].Probes;
            if (probes.Checks == 0)
                continue;
            rows.Add(new CountRow("probes_total", service.Name, "success", probes.Checks - probes.Failures));
            rows.Add(new CountRow("probes_total", service.Name, "failure", probes.Failures));
        }
        return rows;
    }

    private IEnumerable<StatusRow?> Health(ControlRequest request)
    {
        var indexes = new List<int>(request.Names.Length);
        foreach (var name in request.Names)
        {
            if (_serviceRows.Find(name) is not (>= 0 and var index))
                continue;
            indexes.Add(index);
            if (_serviceRows.Of(index, Now) is { } row)
                yield return row;
        }
        var problems = _systemRows.Problems(indexes, request.IsAlive);
        yield return problems.IsEmpty ? End()
            : new EndRow(ControlError.State, $"{string.Join(", ", problems)}.") { Sequence = Events.Last };
    }

    private IEnumerable<StatusRow?> Happened(ControlRequest request)
    {
        var next = Events.First;
        // A number that has not been given yet is from an earlier life of the container: everything is new.
        if (request.Since > Events.Last)
        {
            yield return new GapRow(0) { Next = Math.Max(Events.First, 1), NeverGiven = request.Since };
            next = 1;
        }
        else if (request.Since is { } since)
            next = since + 1;
        while (request.IsFollowing || next <= Events.Last)
        {
            if (next < Events.First)
            {
                yield return new GapRow(Events.First - next) { Next = Events.First };
                next = Events.First;
            }
            else if (next > Events.Last)
                yield return null;
            else if (!request.Names.IsEmpty && !IsAsked(request, Events.SubjectOf(next)))
            {
                next++;
                yield return PauseRow.Instance;
            }
            else
                yield return Events.Read(next++, Now) ?? (StatusRow)PauseRow.Instance;
        }
        yield return End();
    }

    private IEnumerable<StatusRow?> Said(ControlRequest request)
    {
        var reader = Logs.Read(request.Names, request.Since, request.Lines);
        while (true)
        {
            if (reader.Next() is { } line)
                yield return line;
            else if (request.IsFollowing)
                yield return null;
            else
                break;
        }
        yield return new EndRow { Sequence = Logs.Last };
    }

    private static bool IsAsked(ControlRequest request, string? subject) =>
        subject is not null && (request.Names.Contains(subject) || request.Names.Contains(Subjects.TypeOf(subject)));
}
