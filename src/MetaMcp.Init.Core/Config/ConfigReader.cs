using System.Collections.Immutable;
using MetaMcp.Init.Core.Config.Toml;

namespace MetaMcp.Init.Core.Config;

/// <summary>What a file says; <see cref="Settings"/> is null where it holds an error.</summary>
public sealed record ConfigResult(Settings? Settings, ImmutableArray<Diagnostic> Diagnostics);

/// <summary>
/// TOML text to <see cref="Settings"/>, with everything that is wrong with it said at once: bytes to text, text to a tree
/// with positions, the tree to settings by the schemas.
/// </summary>
public static class ConfigReader
{
    /// <summary>The longest file read; what is longer is refused whatever it says.</summary>
    public const int MaxBytes = TomlText.MaxBytes;

    /// <summary>One byte more than a configuration can have: enough of a file for the reader to say that it is too long.</summary>
    public const int MostRead = MaxBytes + 1;

    /// <param name="fileName">As diagnostics are to show it; it is not opened.</param>
    /// <param name="utf8">The file's bytes, whatever they are: the worst that comes of them is a diagnostic.</param>
    /// <param name="variables">Of the environment, those of <see cref="Overrides"/>.</param>
    public static ConfigResult Read(string fileName, ReadOnlyMemory<byte> utf8, Dictionary<string, string>? variables = null)
    {
        var problems = new Problems(fileName);
        var settings = ReadAll(utf8.Span, variables, problems);
        return new ConfigResult(problems.HasErrors ? null : settings, problems.Sorted());
    }

    /// <returns>What could be read, errors or not; null where there was no text at all.</returns>
    internal static Settings? ReadAll(ReadOnlySpan<byte> utf8, Dictionary<string, string>? variables, Problems problems) =>
        TomlText.Decode(utf8, problems) is { } text
            ? new SettingsReader(TomlParser.Parse(text, problems), variables ?? [], problems).Read() : null;
}
