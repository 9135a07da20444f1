using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Alerting;

/// <summary>
/// The alerts, which follow from what is told (<see cref="AlertRules"/>).
/// <list type="bullet">
/// <item>An alert that is raised is told, and opens its window: until the window is over, a raise of the same type about the same subject
/// is withheld and counted. A warning that becomes critical is told at once, one time in a window.</item>
/// <item>The end of an alert is told if its raise was.</item>
/// <item>At the end of the window an alert whose raise was withheld, and that still stands, is told with the count; the next window
/// begins. If it does not stand any more, the count alone is told.</item>
/// </list>
/// So a reason that comes and goes without end makes three notices in a window. A storm of alerts about many subjects is cut to
/// <see cref="MostAMinute"/>: the others wait for the next minute, if they still stand then. Names of the file do not wait for those that
/// come from outside.
/// </summary>
internal sealed class Alerts(Response response, ServiceTable services, AlertHook hook)
{
    /// <summary>The number of alerts that are remembered. Names of servers come from clients, and names of orphans from anywhere.</summary>
    private const int Most = 128;

    /// <summary>The number of alerts that are told in a minute.</summary>
    private const int MostAMinute = 20;

    /// <summary>The subject of all alerts for which there is no room.</summary>
    private const string Others = "others";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(AlertType Type, string? Name), Alert> _book = [];
    private readonly Queue<Notice> _heard = new(64);
    private readonly List<Alert> _due = [];

    /// <summary>The number of effects of this event that were looked through.</summary>
    private int _seen;

    private Instant _minuteEnds = new(0);

    /// <summary>The alerts told in this minute, of names of the file and of others: strangers take no turn from the file.</summary>
    private int _toldOfFile;
    private int _toldOfOthers;

    /// <summary>When <see cref="TimePassed"/> has something to do.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>The number of alerts that are raised.</summary>
    public int Raised
    {
        get
        {
            var raised = 0;
            foreach (var alert in _book.Values)
                raised += alert.IsRaised ? 1 : 0;
            return raised;
        }
    }

    private bool IsEnabled => services.Plan.Settings.Alerts.Enabled;

    private TimeSpan Window => services.Plan.Settings.Alerts.Window;

    /// <summary>An alert whose end no notice tells is over when it was not raised for this time.</summary>
    private TimeSpan Quiet => Window > Minute ? Window : Minute;

    /// <summary>The alerts that are raised, as they are at this moment.</summary>
    public List<AlertRow> Rows(Instant now)
    {
        var rows = new List<AlertRow>();
        foreach (var alert in _book.Values)
            if (alert.IsRaised)
                rows.Add(new AlertRow(AlertTypes.Word(alert.Type), now - alert.Since)
                {
                    Name = alert.Name, IsCritical = alert.IsCritical, Reason = alert.Reason, Withheld = alert.Withheld,
                });
        return rows;
    }

    /// <summary>Another event begins.</summary>
    public void Begin() => _seen = 0;

    /// <summary>Something was told that does not come from the supervisor; it counts from the next event on.</summary>
    public void HeardElsewhere(Notice notice)
    {
        if (_heard.Count < Most && AlertRules.Concern(notice.Kind))
            _heard.Enqueue(notice);
    }

    /// <summary>Keeps what this event has told so far, for the next event if memory ends in this one.</summary>
    public void Collect()
    {
        for (; _seen < response.Effects.Count; _seen++)
            if (response.Effects[_seen] is Effect.Report(var notice) && AlertRules.Concern(notice.Kind))
                _heard.Enqueue(notice);
    }

    /// <summary>
    /// Looks through what this event has told so far. If memory ends, a notice stays in the queue, and is looked at again with the next
    /// event: raised twice or ended twice is as once.
    /// </summary>
    public void Hear()
    {
        Collect();
        if (_heard.Count == 0)
            return;
        for (; _heard.TryPeek(out var next); _heard.Dequeue())
            if (IsEnabled)
                Take(next);
        if (!IsEnabled)
            Disable();
        // An alert that has just ended may be past its window.
        TimePassed();
    }

    /// <summary>Ends the alerts that have been quiet for long enough, and tells those that were withheld until now.</summary>
    public void TimePassed()
    {
        _due.Clear();
        foreach (var alert in _book.Values)
            if (response.Now >= alert.Due)
                _due.Add(alert);
        foreach (var alert in _due)
            Expire(alert);
        SetDue();
    }

    private void Take(Notice notice)
    {
        if (notice.Kind == Notices.Reloaded)
            Reloaded(notice);
        foreach (var rule in AlertRules.All)
        {
            if (rule.Notice != notice.Kind || rule.If?.Invoke(notice) == false)
                continue;
            var name = rule.SubjectOf(notice);
            if (rule.Raises)
                Raise(rule, notice, name);
            else if (_book.GetValueOrDefault((rule.Type, name)) is { IsRaised: true } alert && HoldsFor(rule, name))
                Lower(alert, rule, notice);
        }
    }

    /// <summary>One reason of the alert is gone; it is over when none is left.</summary>
    private void Lower(Alert alert, AlertRule rule, Notice notice)
    {
        if (rule.EndsByQuiet)
            alert.RemoveQuiet();
        else
            alert.Remove(rule.HolderOf(notice));
        if (!alert.Stands)
            End(alert);
    }

    private bool HoldsFor(AlertRule rule, string? name)
    {
        if (rule.IfState is not { } holds)
            return true;
        foreach (var service in services.Plan.Services)
            if (service.Name == name && !service.IsRetired)
                return holds(services.States[service.Index]);
        return true;
    }

    /// <summary>What is gone from the file needs no alert, and tells no end.</summary>
    private void Reloaded(Notice notice)
    {
        var removed = notice["Removed"] is ImmutableArray<string> names ? names : [];
        var isAllCapped = services.Plan.Settings.Limits.Memory is not null;
        foreach (var alert in _book.Values.ToArray())
            if (alert.IsRaised && alert switch
                {
                    { IsOfService: true, Name: { } name } => removed.Contains(name),
                    { Type: AlertType.DiskPressure, Name: { } path } => !services.Plan.Settings.Limits.Disk.Contains(path),
                    { Type: AlertType.MemoryPressure, Name: null } => !isAllCapped,
                    _ => false,
                })
                End(alert);
    }

    private void Raise(AlertRule rule, Notice notice, string? name)
    {
        var isOfFile = rule.FixedSubject is not null || name is null || IsOfFile(name);
        var alert = Find(rule.Type, name, isOfFile);
        var isCritical = rule.IsCritical?.Invoke(notice) ?? false;
        var isLess = alert is { IsRaised: true, IsCritical: true } && !isCritical;
        if (!alert.IsRaised)
            (alert.IsRaised, alert.IsTold, alert.Since) = (true, false, response.Now);
        (alert.IsOfService, alert.IsOfFile) = (rule.IsOfService, isOfFile);
        var cause = new AlertCause(notice, isCritical);
        if (rule.EndsByQuiet || alert.Name == Others)
            alert.Add(cause, response.Now + Quiet);
        else
            alert.Add(rule.HolderOf(notice), cause);
        var isDue = isCritical && !alert.IsToldCritical;
        if ((isDue || (response.Now >= alert.TellAt && !isLess)) && MayTell(alert))
            Tell(alert);
        else
            alert.Withheld += isLess ? 0 : 1;
        if (alert is { IsTold: false } && response.Now >= alert.TellAt)
            alert.TellAt = _minuteEnds;
    }

    private void Expire(Alert alert)
    {
        if (alert.IsRaised && response.Now >= alert.QuietBy)
        {
            alert.RemoveQuiet();
            if (!alert.Stands)
                End(alert);
        }
        if (response.Now < alert.TellAt || !alert.IsPending)
            return;
        if (alert.IsRaised && MayTell(alert))
            Tell(alert);
        else if (alert.IsRaised)
            alert.TellAt = _minuteEnds;
        else
        {
            if (alert.Withheld > 0)
                response.Tell(Notices.AlertsWithheld.Of(SubjectOf(alert), AlertTypes.Word(alert.Type), AboutOf(alert), alert.Withheld));
            _ = _book.Remove((alert.Type, alert.Name));
        }
    }

    /// <summary>
    /// The reason was told just before, except where raises were withheld. The telling comes first: if memory ends there, the alert is
    /// still to be told.
    /// </summary>
    private void Tell(Alert alert)
    {
        var message = AlertMessage.Of(alert, isRaised: true, response.Now);
        var (type, level) = (AlertTypes.Word(alert.Type), alert.IsCritical ? "critical" : "warning");
        response.Tell(alert.Withheld == 0
            ? Notices.AlertRaised.Of(SubjectOf(alert), type, AboutOf(alert), level)
            : Notices.AlertRaisedAgain.Of(SubjectOf(alert), type, AboutOf(alert), level, message.Reason, alert.Withheld));
        (_toldOfFile, _toldOfOthers) = (_toldOfFile + (alert.IsOfFile ? 1 : 0), _toldOfOthers + (alert.IsOfFile ? 0 : 1));
        (alert.IsTold, alert.Withheld, alert.TellAt) = (true, 0, response.Now + Window);
        alert.IsToldCritical = alert.IsCritical;
        hook.Send(message);
    }

    private void End(Alert alert)
    {
        if (alert.IsTold)
        {
            var message = AlertMessage.Of(alert, isRaised: false, response.Now);
            response.Tell(Notices.AlertOver.Of(
                SubjectOf(alert), AlertTypes.Word(alert.Type), AboutOf(alert), Duration.FormatRounded(response.Now - alert.Since)));
            hook.Send(message);
        }
        (alert.IsRaised, alert.IsTold) = (false, false);
        alert.Clear();
    }

    private bool MayTell(Alert alert)
    {
        if (response.Now >= _minuteEnds)
            (_minuteEnds, _toldOfFile, _toldOfOthers) = (response.Now + Minute, 0, 0);
        return (alert.IsOfFile ? _toldOfFile : _toldOfOthers) < MostAMinute;
    }

    /// <summary>Ends all. Switched on again, alerts follow from what is told from then on.</summary>
    private void Disable()
    {
        foreach (var alert in _book.Values)
            if (alert.IsRaised)
                End(alert);
        _book.Clear();
    }

    private bool IsOfFile(string name)
    {
        foreach (var service in services.Plan.Services)
            if (service.Name == name)
                return true;
        return services.Plan.Settings.FindServer(name) is not null || services.Plan.Settings.Limits.Disk.Contains(name);
    }

    private Alert Find(AlertType type, string? name, bool isOfFile)
    {
        if (_book.TryGetValue((type, name), out var known))
            return known;
        if (_book.Count >= Most && !isOfFile && !TryForgetOne())
            name = Others;
        if (!_book.TryGetValue((type, name), out var alert))
            _book.Add((type, name), alert = new Alert(type, name));
        return alert;
    }

    /// <summary>An alert that is over, and has no count to be told.</summary>
    private bool TryForgetOne()
    {
        foreach (var (key, alert) in _book)
            if (alert is { IsRaised: false, Withheld: 0 })
                return _book.Remove(key);
        return false;
    }

    private void SetDue()
    {
        Due = Instant.Never;
        foreach (var alert in _book.Values)
            Due = Instant.Earlier(Due, alert.Due);
    }

    /// <summary>The service or the type of servers, under which the events of the alert are found; null for other subjects.</summary>
    private static string? SubjectOf(Alert alert) => alert.IsOfService ? alert.Name : null;

    /// <summary>Another subject, as a part of the sentence.</summary>
    private static string? AboutOf(Alert alert) => alert.IsOfService || alert.Name is null ? null : $" {alert.Name}";
}
