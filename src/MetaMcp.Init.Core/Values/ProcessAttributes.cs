using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Values;

/// <summary>
/// The attributes that the second stage applies to itself before it becomes the service: all those that <c>posix_spawn</c> cannot
/// set. Null means "as inherited".
/// </summary>
public sealed record ProcessAttributes
{
    public static ProcessAttributes None { get; } = new();

    /// <summary>A name of /etc/passwd, or a numeric uid.</summary>
    public string? User { get; init; }

    /// <summary>A name of /etc/group, or a numeric gid. Null with a user: that user's primary group.</summary>
    public string? Group { get; init; }

    /// <summary>Names or numbers. Null with a user: the groups that /etc/group gives that user, as <c>initgroups</c> does.</summary>
    public ImmutableArray<string>? SupplementaryGroups { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>The file mode creation mask, 0 to 0777.</summary>
    public int? Umask { get; init; }

    /// <summary>-20 to 19 (<c>man 2 setpriority</c>).</summary>
    public int? Nice { get; init; }

    /// <summary>-1000 to 1000 (<c>man 5 proc</c>, oom_score_adj).</summary>
    public int? OomScoreAdjust { get; init; }

    public ImmutableArray<ResourceLimit> ResourceLimits { get; init; } = [];

    /// <summary>PR_SET_NO_NEW_PRIVS: no set-uid program or file capability gives the process more than it has.</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>The capabilities kept, lower case without the CAP_ prefix; null leaves them alone, empty drops all.</summary>
    public ImmutableArray<string>? Capabilities { get; init; }
}
