using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Planning;

/// <summary>
/// What the second stage is asked to do to itself before it becomes the command: the arguments of <c>mcp-init exec</c> in
/// a form that both ends share (<see cref="ExecArguments"/>).
/// </summary>
public sealed record ExecRequest
{
    /// <summary>The directory of the cgroup to join before anything else; null stays where it is.</summary>
    public string? Cgroup { get; init; }

    public ProcessAttributes Attributes { get; init; } = ProcessAttributes.None;

    public EnvironmentEdits Environment { get; init; } = EnvironmentEdits.None;

    /// <summary>The file of the NOTIFY_SOCKET, which becomes the user's; null for none.</summary>
    public string? OwnSocket { get; init; }

    /// <summary>The soft limit of descriptors, below the hard one that is inherited; null stays as it is.</summary>
    public ulong? SoftDescriptors { get; init; }

    /// <summary>Close what was inherited beyond 0, 1, 2 and <see cref="KeptDescriptors"/>.</summary>
    public bool CloseDescriptors { get; init; }

    public ImmutableArray<int> KeptDescriptors { get; init; } = [];

    /// <summary>
    /// Pipes on 1 and 2 become the user's, so that the command can open /dev/stdout. Only for pipes that were made for it: a
    /// container's own output is shared by all.
    /// </summary>
    public bool OwnOutput { get; init; }

    /// <summary>The terminal on 0 becomes the controlling one of the command's session, where it is no other session's.</summary>
    public bool Terminal { get; init; }

    /// <summary>Where a failure is reported as a record instead of on stderr; closed by a successful exec.</summary>
    public int? ErrorDescriptor { get; init; }

    /// <summary>The program, looked for in the PATH it is given, and its arguments; never empty.</summary>
    public required ImmutableArray<string> Command { get; init; }
}

/// <summary>
/// How the command's environment differs from the one the second stage was started with. Applied in the order of the
/// members, whatever their order on the command line: clear, then what /etc/passwd says of the user (HOME, USER, LOGNAME,
/// SHELL), then the files, then removals, then explicit values.
/// </summary>
public sealed record EnvironmentEdits
{
    public static EnvironmentEdits None { get; } = new();

    public bool Clear { get; init; }

    /// <summary>
    /// Names whose inherited value stands against /etc/passwd and the files: those that PID 1 set for this service. Values
    /// travel in the environment and not in the arguments, which everybody can read in /proc.
    /// </summary>
    public ImmutableArray<string> Kept { get; init; } = [];

    /// <summary>Files of KEY=VALUE lines; a leading <c>-</c> tolerates absence.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>Names.</summary>
    public ImmutableArray<string> Unset { get; init; } = [];

    /// <summary><c>KEY=VALUE</c>.</summary>
    public ImmutableArray<string> Set { get; init; } = [];
}
