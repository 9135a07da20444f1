namespace MetaMcp.Init.Core.Values;

/// <summary>How a process ended, as <c>waitid</c> reports it once (<c>man 2 waitid</c>).</summary>
public readonly record struct ExitStatus
{
    private ExitStatus(int? code, Signal signal, bool dumpedCore)
    {
        Code = code;
        Signal = signal;
        DumpedCore = dumpedCore;
    }

    /// <summary>The exit code, 0 to 255; null if a signal ended the process.</summary>
    public int? Code { get; }

    /// <summary>The signal that ended the process; meaningful only if <see cref="Code"/> is null.</summary>
    public Signal Signal { get; }

    public bool DumpedCore { get; }

    /// <summary>
    /// A process has ended that was not our child: the kernel gives the status to its parent alone. It counts as a failure, since
    /// nothing says that the process had done its work.
    /// </summary>
    public static ExitStatus Unknown => default;

    public bool IsKnown => Code is not null || Signal.Number != 0;

    /// <summary>
    /// The code that a shell would report, and a container's exit code: the code, or 128 + the signal; 1 if neither is known.
    /// </summary>
    public int ShellCode => IsKnown ? Code ?? 128 + Signal.Number : 1;

    public bool IsSuccess => Code == 0;

    public static ExitStatus Exited(int code) => new(code & 0xff, default, dumpedCore: false);

    public static ExitStatus KilledBy(Signal signal, bool dumpedCore = false) => new(null, signal, dumpedCore);

    public override string ToString() => this switch
    {
        { Code: { } code } => $"exit code {code}",
        { IsKnown: true } => $"killed by {Signal}{(DumpedCore ? " (core dumped)" : "")}",
        _ => "exit status unknown, as it was no child of mcp-init",
    };
}
