using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

public enum LimitAction { Refuse, Wait, ReplaceIdle, ReplaceOldest }

public enum ShimMode { Guard, Exec }

/// <summary>One <c>[server.NAME]</c> table: a type of MCP server that the launcher may start.</summary>
public sealed record ServerSettings
{
    public required string Name { get; init; }

    /// <summary>Empty if <c>launch</c> is given the command.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>
    /// Names of packages: an intercepted npx or uvx that starts one of them is of this type. The package in <see cref="Command"/> unless
    /// the file gives others.
    /// </summary>
    public ImmutableArray<string> Match { get; init; } = [];

    /// <summary>
    /// The services whose processes may launch it; null is every service. Its environment may hold secrets that are not for the others.
    /// </summary>
    public ImmutableArray<string>? Allow { get; init; }

    /// <summary>At once; null is <see cref="LimitSettings.MaxPerType"/>.</summary>
    public int? MaxInstances { get; init; }

    public LimitAction OnLimit { get; init; } = LimitAction.Refuse;

    /// <summary>Without traffic for this long it is ended; null is never.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>
    /// The time without traffic after which the guard calls the server idle; null if no rule asks for it, so that the guard sleeps.
    /// </summary>
    public TimeSpan? IdleAfter => Shorter(
        IdleTimeout, Shorter(OnLimit == LimitAction.ReplaceIdle ? SoonIdle : null, IsMemoryWatched ? LongIdle : null));

    /// <summary>
    /// Memory is watched, so that idle servers go first when it becomes short. No key of the file: a launch gets it with its settings.
    /// </summary>
    public bool IsMemoryWatched { get; init; }

    /// <summary>A server without traffic for this long may be replaced.</summary>
    private static readonly TimeSpan SoonIdle = TimeSpan.FromSeconds(10);

    /// <summary>A server without traffic for this long goes before others when memory is short.</summary>
    private static readonly TimeSpan LongIdle = TimeSpan.FromMinutes(1);

    private static TimeSpan? Shorter(TimeSpan? a, TimeSpan? b) => a is null ? b : b is null || a < b ? a : b;

    public ShimMode Shim { get; init; } = ShimMode.Guard;

    /// <summary>From the close of its stdin by the gateway to its end by us.</summary>
    public TimeSpan CloseGrace { get; init; } = TimeSpan.FromSeconds(5);

    public Signal StopSignal { get; init; } = Signal.Term;
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);
    public ProcessAttributes Attributes { get; init; } = ProcessAttributes.None;
    public ImmutableSortedDictionary<string, string> Environment { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public CgroupLimits Limits { get; init; } = new();

    /// <summary>Start the program of a package in place of npx or uvx, where it is certain which program they would start.</summary>
    public bool Unwrap { get; init; } = true;

    /// <summary>A server without any key of its own.</summary>
    public static ServerSettings Default(string name, ShutdownSettings shutdown)
    {
        ArgumentNullException.ThrowIfNull(shutdown);
        return new ServerSettings
        {
            Name = name,
            StopTimeout = shutdown.TermTimeout,
            Attributes = ProcessAttributes.None with { NoNewPrivileges = true },
        };
    }
}
