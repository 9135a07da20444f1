using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Exec;

/// <summary>
/// The changes that the second stage makes to itself before it becomes the command: the arguments of <c>mcp-init exec</c> in a form
/// that both ends share (<see cref="ExecArguments"/>).
/// </summary>
public sealed record ExecRequest
{
    /// <summary>
    /// A pipe: nothing is done before a byte comes from it. At its end the second stage ends without a word, since the process that
    /// would have sent the byte is gone.
    /// </summary>
    public int? Gate { get; init; }

    /// <summary>The launched server that this becomes, so that a failure names it; null for a service.</summary>
    public string? Server { get; init; }

    /// <summary>The directory of the cgroup to join before any other step; null to stay in the present one.</summary>
    public string? Cgroup { get; init; }

    public ProcessAttributes Attributes { get; init; } = ProcessAttributes.None;

    public EnvironmentEdits Environment { get; init; } = EnvironmentEdits.None;

    /// <summary>
    /// A directory that comes first in the command's PATH, wherever that PATH is from; the command itself is not looked for in it.
    /// Null for none.
    /// </summary>
    public string? PathFirst { get; init; }

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

    /// <summary>The signals that the command begins with; those of a client for its server, else none.</summary>
    public SignalSets Signals { get; init; }

    /// <summary>The descriptor that a failure is reported to as a record, instead of stderr; a successful exec closes it.</summary>
    public int? ErrorDescriptor { get; init; }

    /// <summary>The program, searched for in the PATH that it is given, and its arguments; never empty.</summary>
    public required ImmutableArray<string> Command { get; init; }
}
