using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Status;

/// <summary>Why a service is started again: the label <c>reason</c> of <c>restarts_total</c>.</summary>
public enum RestartReason
{
    /// <summary>Its main process ended, or it could not be started.</summary>
    Failed,

    /// <summary>It was ended for memory.</summary>
    Oom,

    /// <summary>Its probes failed.</summary>
    Unhealthy,

    /// <summary>It was not ready in time.</summary>
    Timeout,

    /// <summary>A service that it is restarted with (<c>restart_with</c>) has ended.</summary>
    Dependency,

    /// <summary>Another file changed its settings.</summary>
    Reload,

    /// <summary>An operator asked for <c>restart</c>.</summary>
    Operator,
}

/// <summary>The words of the reasons.</summary>
public static class RestartReasons
{
    private static readonly string[] Words = ["failed", "oom", "unhealthy", "timeout", "dependency", "reload", "operator"];

    /// <summary>Every reason.</summary>
    public static ImmutableArray<string> All { get; } = [.. Words];

    /// <summary>
    /// The reasons that are not a person's: mcp-init restarted by itself, as <c>NRestarts</c> of systemd has it. RST of <c>status</c> is
    /// the sum of these.
    /// </summary>
    public static ImmutableArray<string> Automatic { get; } = [.. Words[..(int)RestartReason.Reload]];

    public static string Word(RestartReason reason) => Words[(int)reason];
}
