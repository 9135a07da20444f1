using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Exec;

/// <summary>
/// The difference between the command's environment and that of the second stage. Applied in the order of the members, in any order
/// on the command line: clear, then the values of /etc/passwd for the user (HOME, USER, LOGNAME, SHELL), then the files, then
/// removals, then explicit values.
/// </summary>
public sealed record EnvironmentEdits
{
    public static EnvironmentEdits None { get; } = new();

    public bool Clear { get; init; }

    /// <summary>
    /// Names whose inherited value is kept over that of /etc/passwd and the files: the variables that PID 1 set for this service.
    /// Values are passed in the environment and not in the arguments, which every user can read in /proc.
    /// </summary>
    public ImmutableArray<string> Kept { get; init; } = [];

    /// <summary>Files of KEY=VALUE lines; a leading <c>-</c> tolerates absence.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>Names.</summary>
    public ImmutableArray<string> Unset { get; init; } = [];

    /// <summary><c>KEY=VALUE</c>.</summary>
    public ImmutableArray<string> Set { get; init; } = [];
}
