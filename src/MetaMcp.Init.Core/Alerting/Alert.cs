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

    public AlertType Type { get; } = type;

    public string? Name { get; } = name;

    /// <summary>Whether the reason of the alert still stands.</summary>
    public bool IsRaised { get; set; }

    /// <summary>Whether that was told.</summary>
    public bool IsTold { get; set; }

    public bool IsCritical { get; set; }

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

    /// <summary>When it is over if it is not raised again; never if a notice tells its end.</summary>
    public Instant QuietBy { get; set; } = Instant.Never;

    /// <summary>The notice that raised it last.</summary>
    public Notice? Notice { get; set; }

    /// <summary>Whether something is to be done about it when its window is over.</summary>
    public bool IsPending => !IsRaised || !IsTold || Withheld > 0;

    /// <summary>The next time at which something is to be done about it.</summary>
    public Instant Due => Instant.Earlier(IsRaised ? QuietBy : Instant.Never, IsPending ? TellAt : Instant.Never);

    /// <summary>The words of the notice that raised it, without the subject in front, of bounded length.</summary>
    public string Reason => Cut(Notice is null ? "" : Subjects.Without(Notice.ToString(), Subjects.Of(Notice)), MostOfReason);

    /// <summary>The text, or its beginning.</summary>
    public static string Cut(string text, int most)
    {
        if (text.Length <= most)
            return text;
        var length = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return $"{text[..length]}…";
    }
}
