using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Config;

/// <summary>The contents of a file; <see cref="Settings"/> is null if it holds an error.</summary>
public sealed record ConfigResult(Settings? Settings, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>
    /// The settings that could be read, even with errors, so that a plan of them can show further errors; null if the text could not be
    /// parsed: a service that could not be read must not be reported as missing.
    /// </summary>
    public Settings? Readable { get; init; }
}
