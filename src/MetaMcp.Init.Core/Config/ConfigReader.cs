using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Config;

/// <summary>What a file says; <see cref="Settings"/> is null where it holds an error.</summary>
public sealed record ConfigResult(Settings? Settings, ImmutableArray<Diagnostic> Diagnostics);

/// <summary>TOML text to <see cref="Settings"/>, with everything that is wrong with it said at once.</summary>
public static class ConfigReader
{
    /// <param name="fileName">As diagnostics are to show it; it is not opened.</param>
    /// <param name="utf8">The file's bytes, whatever they are: the worst that comes of them is a diagnostic.</param>
    public static ConfigResult Read(string fileName, ReadOnlyMemory<byte> utf8) =>
        new(null, [new Diagnostic(Severity.Error, new SourcePosition(fileName, 1, 1), $"{utf8.Length} bytes not read")]);
}
