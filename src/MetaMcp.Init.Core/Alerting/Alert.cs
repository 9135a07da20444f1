using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Alerting;

/// <summary>The alert of one type about one subject, from its first raise until its window is over.</summary>
/// <param name="type">Its type.</param>
/// <param name="name">Its subject; null for the container.</param>
internal sealed class Alert(AlertType type, string? name)
{
    /// <summary>A reason is one line of a log, and a part of a document of 4 KiB.</summary>
    private const int MostOfReason = 320;

    /// <summary>Of the services, instances, … for which it stands, until a notice tells their end.</summary>
    private readonly Dictionary<string, AlertCause> _causes = new(StringComparer.Ordinal);

    /// <summary>The cause that is shown: the last one of the worst.</summary>
    private AlertCause? _shown;

    public AlertType Type { get; } = type;

    public string? Name { get; } = name;

    /// <summary>Whether the reason of the alert still stands.</summary>
    public bool IsRaised { get; set; }

    /// <summary>Whether that was told.</summary>
    public bool IsTold { get; set; }

    public bool IsCritical => _shown is { IsCritical: true };

    /// <summary>Whether its subject is a service or a type of servers.</summary>
    public bool IsOfService { get; set; }

    /// <summary>Whether it was told as critical in its window: a warning that becomes critical is told at once, one time.</summary>
    public bool IsToldCritical { get; set; }

    /// <summary>Whether its subject is of the file, and not a name that anyone can choose.</summary>
    public bool IsOfFile { get; set; }

    /// <summary>When it was raised.</summary>
    public Instant Since { get; set; }

    /// <summary>The number of raises that were not told, since the last one that was.</summary>
    public int Withheld { get; set; }

    /// <summary>The end of its window: from then on it may be told again.</summary>
    public Instant TellAt { get; set; }

    /// <summary>Until when the causes count whose end no notice tells; never if there are none.</summary>
    public Instant QuietBy { get; private set; } = Instant.Never;

    /// <summary>Whether a cause of it is left.</summary>
    public bool Stands => _causes.Count > 0 || QuietBy != Instant.Never;

    /// <summary>Whether something is to be done about it when its window is over.</summary>
    public bool IsPending => !IsRaised || !IsTold || Withheld > 0;

    /// <summary>The next time at which something is to be done about it.</summary>
    public Instant Due => Instant.Earlier(IsRaised ? QuietBy : Instant.Never, IsPending ? TellAt : Instant.Never);

    /// <summary>The words of the notice that raised it, without the subject in front, of bounded length.</summary>
    public string Reason => _shown is not { Notice: var notice } ? ""
        : Cut(Subjects.Without(notice.ToString(), Subjects.Of(notice)), MostOfReason);

    /// <summary>A cause that stands until a notice tells its end.</summary>
    public void Add(string holder, AlertCause cause)
    {
        _causes[holder] = cause;
        Show(cause);
    }

    /// <summary>A cause that counts for a while, since no notice tells its end.</summary>
    public void Add(AlertCause cause, Instant quietBy)
    {
        QuietBy = quietBy;
        Show(cause);
    }

    /// <summary>The cause is gone.</summary>
    public void Remove(string holder)
    {
        if (_causes.Remove(holder, out var gone) && gone == _shown && Stands)
            ShowWorst();
    }

    /// <summary>The causes whose end no notice tells are gone.</summary>
    public void RemoveQuiet()
    {
        QuietBy = Instant.Never;
        if (_causes.Count > 0)
            ShowWorst();
    }

    /// <summary>No cause is left, whatever it was; the last one is shown until the next one.</summary>
    public void Clear()
    {
        _causes.Clear();
        QuietBy = Instant.Never;
    }

    private void Show(AlertCause cause)
    {
        if (cause.IsCritical || !IsCritical || !IsAnyCritical)
            _shown = cause;
    }

    private bool IsAnyCritical
    {
        get
        {
            foreach (var cause in _causes.Values)
                if (cause.IsCritical)
                    return true;
            return false;
        }
    }

    private void ShowWorst()
    {
        AlertCause? worst = null;
        foreach (var cause in _causes.Values)
            if (worst is null || (cause.IsCritical && !worst.IsCritical))
                worst = cause;
        _shown = worst ?? _shown;
    }

    /// <summary>The text, or its beginning.</summary>
    public static string Cut(string text, int most)
    {
        if (text.Length <= most)
            return text;
        var length = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return $"{text[..length]}…";
    }
}
