using System.Collections.Immutable;
using MetaMcp.Init.Core.Config.Toml;

namespace MetaMcp.Init.Core.Config;

/// <summary>The contents of a file; <see cref="Settings"/> is null if it holds an error.</summary>
public sealed record ConfigResult(Settings? Settings, ImmutableArray<Diagnostic> Diagnostics);

/// <summary>
/// TOML text to <see cref="Settings"/>, with everything that is wrong with it said at once: bytes to text, text to a tree
/// with positions, the tree to settings by the schemas.
/// </summary>
public static class ConfigReader
{
    /// <summary>The longest file that is read; a longer one is refused.</summary>
    public const int MaxBytes = TomlText.MaxBytes;

    /// <summary>One byte more than a configuration can have: enough for the reader to report that the file is too long.</summary>
    public const int MostRead = MaxBytes + 1;

    /// <param name="fileName">The name in diagnostics; the file is not opened.</param>
    /// <param name="utf8">The file's bytes. For any bytes the worst result is a diagnostic.</param>
    /// <param name="variables">The variables of the environment that <see cref="Overrides"/> knows.</param>
    public static ConfigResult Read(string fileName, ReadOnlyMemory<byte> utf8, Dictionary<string, string>? variables = null)
    {
        var problems = new Problems(fileName);
        var settings = ReadAll(utf8.Span, variables, problems);
        return new ConfigResult(problems.HasErrors ? null : settings, problems.Sorted());
    }

    /// <returns>The settings that could be read, even with errors; null if there was no text at all.</returns>
    internal static Settings? ReadAll(ReadOnlySpan<byte> utf8, Dictionary<string, string>? variables, Problems problems) =>
        TomlText.Decode(utf8, problems) is { } text
            ? new SettingsReader(TomlParser.Parse(text, problems), variables ?? [], problems).Read() : null;
}
