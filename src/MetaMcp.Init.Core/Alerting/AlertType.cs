using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Alerting;

/// <summary>The kinds of alerts; the words never change, since the rules of monitoring systems name them.</summary>
public enum AlertType
{
    /// <summary>A launch was refused since a limit of instances was reached.</summary>
    ProcessLimit,

    /// <summary>Memory is near its cap: that of a service, of all together, or of the container.</summary>
    MemoryPressure,

    /// <summary>A service or a server does not run as it should.</summary>
    ProcessFailure,

    /// <summary>A run was ended for a limit, by mcp-init or by the kernel.</summary>
    ResourceViolation,

    /// <summary>A process is still there after SIGKILL.</summary>
    CleanupFailure,

    /// <summary>A service fails so often that it is not started for a while.</summary>
    CircuitOpen,

    /// <summary>Processes that belong to no live run had to be ended.</summary>
    Orphans,

    /// <summary>A file system is nearly full.</summary>
    DiskPressure,

    /// <summary>The kernel does not enforce limits of the file.</summary>
    LimitsNotEnforced,
}

/// <summary>The word of each type.</summary>
public static class AlertTypes
{
    // Indexed by the enumeration's numbers.
    private static readonly string[] Texts =
    [
        "process-limit", "memory-pressure", "process-failure", "resource-violation", "cleanup-failure", "circuit-open", "orphans",
        "disk-pressure", "limits-not-enforced",
    ];

    /// <summary>All words, in the order of the enumeration.</summary>
    public static ImmutableArray<string> Words => [.. Texts];

    public static string Word(AlertType type) => Texts[(int)type];
}
