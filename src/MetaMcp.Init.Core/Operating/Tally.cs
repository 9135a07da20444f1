using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Operating;

/// <summary>
/// Counts for <c>metrics</c>, made from the notices as they are told. They only grow. Names are those of the services that the file has or
/// had, so there are few; what else could come without end is counted together.
/// </summary>
public sealed class Tally
{
    private const string RestartFamily = "restarts_total";

    private const int MostCounters = 8192;

    /// <summary>Names of servers come from clients.</summary>
    private const int MostServers = 128;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(string Family, string? Name, string? Label), long> _counts = [];

    private readonly HashSet<string> _servers = new(StringComparer.Ordinal);
    private List<CountRow>? _rows;
    private Instant _madeAt;

    /// <summary>Why each service is about to be restarted: notices tell that before they tell the restart.</summary>
    private readonly Dictionary<string, RestartReason> _reasons = new(StringComparer.Ordinal);

    /// <summary>The number of processes that were collected.</summary>
    public long Reaped { get; set; }

    /// <summary>The time from the start to the end of the startup phase; null before.</summary>
    public TimeSpan? StartupTook { get; private set; }

    /// <summary>Whether the last file that was read was put in force.</summary>
    public bool IsReloadSuccessful { get; private set; } = true;

    /// <summary>The time at which the last file was put in force; null for the first one.</summary>
    public Instant? ReloadedAt { get; private set; }

    /// <summary>The time at which the kernel last killed for memory; null if it never did.</summary>
    public Instant? OutOfMemoryAt { get; private set; }

    public long OutOfMemory { get; private set; }

    /// <summary>The number of runs that were ended to relieve memory.</summary>
    public long CorrectiveActions { get; private set; }

    /// <summary>The number of times that a run was ended for a limit, by mcp-init or by the kernel.</summary>
    public long LimitBreaches { get; private set; }

    /// <summary>The number of alerts that were told.</summary>
    public long AlertsTold { get; private set; }

    public void Hear(ToldNotice told)
    {
        ArgumentNullException.ThrowIfNull(told);
        var notice = told.Notice;
        var kind = notice.Kind;
        var service = notice.Service;
        if (kind == Notices.ServiceStarted)
            Started(service);
        else if (kind == Notices.ServiceExited)
            Exited(service, notice["Status"] as ExitStatus?);
        else if (kind == Notices.ServiceExitedOutOfMemory)
            Exited(service, "oom", RestartReason.Oom);
        else if (kind == Notices.ServiceOutOfMemory)
            RanOut(notice, told.At);
        else if (kind == Notices.ServiceOverLimit)
            OverLimit(service);
        else if (kind == Notices.LaunchOverLimit)
            LimitBreaches++;
        else if (kind == Notices.PressureRelieved)
            Relieved(service);
        else if (kind == Notices.AlertRaised || kind == Notices.AlertRaisedAgain)
            Alerted(notice);
        else if (kind == Notices.Unhealthy)
            Because(service, RestartReason.Unhealthy);
        else if (kind == Notices.RestartingWith)
            Restarting(service, RestartReason.Dependency);
        else if (kind == Notices.ServiceRestarting || kind == Notices.RestartingAfterDependency || kind == Notices.RestartingAfterSuccess)
            Restarting(service, IsLate(notice) ? RestartReason.Timeout : null);
        else if (kind == Notices.CircuitTrial)
            Restarting(service, null);
        else if (kind == Notices.Reloaded)
            Reloaded(notice, told.At);
        else if (kind == Notices.NotReloaded)
            IsReloadSuccessful = false;
        else if (kind == Notices.Up || kind == Notices.Degraded)
            StartupTook = notice["Seconds"] as TimeSpan?;
    }

    /// <summary>An operator restarts a service.</summary>
    public void RestartedByOperator(string service) => Restarted(service, RestartReason.Operator);

    /// <summary>The restarts of a service that no person caused.</summary>
    public long AutomaticRestartsOf(string service)
    {
        var restarts = 0L;
        foreach (var reason in RestartReasons.Automatic)
            restarts += _counts.GetValueOrDefault((RestartFamily, service, reason));
        return restarts;
    }

    /// <summary>Lines of a service's output.</summary>
    public void Wrote(string service, string stream, long lines) => Add("log_lines_total", service, stream, lines);

    public void Dropped(string service, long lines) => Add("log_dropped_lines_total", service, null, lines);

    /// <summary>Every counter that is not 0. Clients that ask within a second get the same list.</summary>
    internal IReadOnlyList<CountRow> Rows(Instant now)
    {
        if (_rows is { } made && now - _madeAt < Fresh)
            return made;
        var rows = new List<CountRow>(_counts.Count);
        foreach (var (key, value) in _counts)
            rows.Add(new CountRow(key.Family, key.Name, key.Label, value));
        (_rows, _madeAt) = (rows, now);
        return rows;
    }

    /// <summary>The failure is <c>not ready within 60s</c>, or the like.</summary>
    private static bool IsLate(Notice notice) => notice["Reason"] is string reason && reason.StartsWith("not ", StringComparison.Ordinal);

    private void Started(string? service)
    {
        Add("starts_total", service, null);
        if (service is not null)
            _ = _reasons.Remove(service);
    }

    private void Exited(string? service, ExitStatus? status) => Exited(
        service, status switch
        {
            { IsKnown: true, Code: null } => "signal",
            { IsSuccess: true } => "success",
            _ => "failure",
        }, RestartReason.Failed);

    private void Exited(string? service, string result, RestartReason reason)
    {
        Add("exits_total", service, result);
        // An end that follows from another reason does not replace it.
        if (service is not null && !_reasons.ContainsKey(service))
            _reasons[service] = reason;
    }

    private void RanOut(Notice notice, Instant at)
    {
        Add("oom_kills_total", notice.Service is { } name ? NameOf(name) : null, notice["Origin"] as string);
        // Whether it is the reason of an end is told with that end: the kernel may have killed one of many processes, long before.
        OutOfMemoryAt = at;
        OutOfMemory++;
        // The kernel also kills for limits that are none of ours: those of the machine, and those that a service gives itself.
        if (notice["Origin"] is "own" or "workload" or "container")
            LimitBreaches++;
    }

    private void Alerted(Notice notice)
    {
        AlertsTold++;
        Add("alerts_total", null, notice["Alert"] as string);
    }

    private void OverLimit(string? service)
    {
        Because(service, RestartReason.Oom);
        LimitBreaches++;
    }

    private void Relieved(string? service)
    {
        CorrectiveActions++;
        // A launched server is not restarted.
        if (service is not null && Subjects.TypeOf(service) == service)
            Because(service, RestartReason.Oom);
    }

    /// <summary>That of a service, or the type of a server; one name for all types beyond some.</summary>
    private string NameOf(string subject)
    {
        var type = Subjects.TypeOf(subject);
        return type == subject || _servers.Contains(type) || (_servers.Count < MostServers && _servers.Add(type)) ? type : "other";
    }

    private void Reloaded(Notice notice, Instant at)
    {
        (IsReloadSuccessful, ReloadedAt) = (true, at);
        if (notice["Restarted"] is ImmutableArray<string> restarted)
            foreach (var service in restarted)
                Restarted(service, RestartReason.Reload);
    }

    private void Because(string? service, RestartReason reason)
    {
        if (service is not null)
            _reasons[service] = reason;
    }

    private void Restarting(string? service, RestartReason? reason)
    {
        if (service is null)
            return;
        Restarted(service, reason ?? (_reasons.Remove(service, out var known) ? known : RestartReason.Failed));
        _ = _reasons.Remove(service);
    }

    private void Restarted(string service, RestartReason reason) => Add(RestartFamily, service, RestartReasons.Word(reason));

    private void Add(string family, string? name, string? label, long count = 1)
    {
        var key = (family, name, label);
        if (_counts.TryGetValue(key, out var before))
            _counts[key] = before + count;
        else if (_counts.Count < MostCounters)
            _counts.Add(key, count);
    }
}
