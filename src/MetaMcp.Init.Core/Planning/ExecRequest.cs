using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Planning;

/// <summary>
/// The changes that the second stage makes to itself before it becomes the command: the arguments of <c>mcp-init exec</c> in a form
/// that both ends share (<see cref="ExecArguments"/>).
/// </summary>
public sealed record ExecRequest
{
    /// <summary>The directory of the cgroup to join before any other step; null to stay in the present one.</summary>
    public string? Cgroup { get; init; }

    public ProcessAttributes Attributes { get; init; } = ProcessAttributes.None;

    public EnvironmentEdits Environment { get; init; } = EnvironmentEdits.None;

    /// <summary>The file of the NOTIFY_SOCKET, which gets the user as owner; null for none.</summary>
    public string? OwnSocket { get; init; }

    /// <summary>The soft limit of descriptors, below the inherited hard one; null to leave it.</summary>
    public ulong? SoftDescriptors { get; init; }

    /// <summary>Close inherited descriptors except 0, 1, 2 and <see cref="KeptDescriptors"/>.</summary>
    public bool CloseDescriptors { get; init; }

    public ImmutableArray<int> KeptDescriptors { get; init; } = [];

    /// <summary>
    /// Pipes on 1 and 2 get the user as owner, so that the command can open /dev/stdout. Only for pipes that were made for the
    /// command: a container's own output is shared by all services.
    /// </summary>
    public bool OwnOutput { get; init; }

    /// <summary>The terminal on 0 becomes the controlling one of the command's session, unless another session has it.</summary>
    public bool Terminal { get; init; }

    /// <summary>The descriptor that a failure is reported to as a record, instead of stderr; a successful exec closes it.</summary>
    public int? ErrorDescriptor { get; init; }

    /// <summary>The program, searched for in the PATH that it is given, and its arguments; never empty.</summary>
    public required ImmutableArray<string> Command { get; init; }
}

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
