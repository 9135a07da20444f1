using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Services;

namespace MetaMcp.Init.Core.Alerting;

/// <summary>One row of <see cref="AlertRules"/>: a notice that raises an alert, or ends it.</summary>
/// <param name="Notice">The kind of the notice.</param>
/// <param name="Type">The type of the alert.</param>
/// <param name="Raises">Whether the notice raises the alert; else it ends the alert.</param>
internal sealed record AlertRule(NoticeKind Notice, AlertType Type, bool Raises)
{
    /// <summary>The name of the value that is the subject of the alert; the subject is the container if the value is null.</summary>
    public string Subject { get; init; } = "Service";

    /// <summary>The subject of all notices of the kind; null where it is that value.</summary>
    public string? FixedSubject { get; init; }

    /// <summary>Whether the subject is a service or a type of servers, under which its events are found.</summary>
    public bool IsOfService => FixedSubject is null && Subject is "Service" or "Server";

    /// <summary>Whether an instance of a server stands for its type: instances come and go.</summary>
    public bool IsOfType { get; init; }

    /// <summary>
    /// Whether the raise counts for a while only, since no notice tells its end. A rule that ends the alert ends such raises by it.
    /// </summary>
    public bool EndsByQuiet { get; init; }

    /// <summary>Which notices of the kind count; null for all.</summary>
    public Func<Notice, bool>? If { get; init; }

    /// <summary>The states of the service, after the event, in which the notice counts; null for all.</summary>
    public Func<ServiceState, bool>? IfState { get; init; }

    /// <summary>Which of them are critical, and not only a warning; null for none.</summary>
    public Func<Notice, bool>? IsCritical { get; init; }

    /// <summary>For whom the alert stands: the service or the one instance, where the subject of the alert may be its type.</summary>
    public string HolderOf(Notice notice) => notice[Subject] as string ?? "";

    /// <summary>The service, the type of servers, the command or the path that the alert is about; null for the container.</summary>
    public string? SubjectOf(Notice notice) =>
        FixedSubject ?? (notice[Subject] is not string subject ? null : IsOfType ? Subjects.TypeOf(subject) : subject);
}
