using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.Unwrapping;

/// <summary>
/// The members of a package.json that decide what npx starts. A text with an escape in it is none: no package has such a name.
/// </summary>
internal sealed class PackageFile
{
    public string? Name { get; private set; }

    public string? Version { get; private set; }

    /// <summary>Names and files of its programs; a text alone is the file of one that is named like the package.</summary>
    public ImmutableArray<(string Name, string File)> Programs { get; private set; } = [];

    public ImmutableArray<string> Dependencies { get; private set; } = [];

    /// <summary>The packages that npx made the directory for; null where an older npm did not say so.</summary>
    public ImmutableArray<string>? NpxPackages { get; private set; }

    public bool HasPrograms { get; private set; }

    public bool HasWorkspaces { get; private set; }

    /// <returns>Null if it is no JSON object.</returns>
    public static PackageFile? Read(ReadOnlySpan<byte> json)
    {
        // npm takes a mark at the beginning for nothing.
        if (json.StartsWith("\xEF\xBB\xBF"u8))
            json = json[3..];
        var file = new PackageFile();
        var bin = ReadOnlySpan<byte>.Empty;
        var scanner = new JsonScanner(json);
        if (!scanner.TryEnter())
            return null;
        var isBroken = false;
        for (var isFirst = true; scanner.TryMember(isFirst, out var name, out var value, out isBroken); isFirst = false)
        {
            if (name.SequenceEqual("name"u8))
                file.Name = Text(value);
            else if (name.SequenceEqual("version"u8))
                file.Version = Text(value);
            else if (name.SequenceEqual("bin"u8))
                bin = value;
            else if (name.SequenceEqual("workspaces"u8))
                file.HasWorkspaces = true;
            else if (name.SequenceEqual("dependencies"u8))
                file.Dependencies = [.. Members(value).Select(m => m.Name)];
            else if (name.SequenceEqual("_npx"u8))
                file.NpxPackages = Packages(value);
        }
        if (isBroken || !scanner.IsAtEnd())
            return null;
        file.HasPrograms = !bin.IsEmpty;
        file.Programs = bin.StartsWith("\""u8) && Text(bin) is { } only && file.Name is { } own
            ? [(own[(own.IndexOf('/', StringComparison.Ordinal) + 1)..], only)] : Members(bin);
        return file;
    }

    /// <summary>The program that npx starts: the only one, or the one that is named like the package without its scope.</summary>
    public string? Program()
    {
        if (Programs.Select(p => p.File).Distinct().Count() == 1)
            return Programs[0].Name;
        var plain = Name is { } name ? name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..] : null;
        return Programs.Any(p => p.Name == plain) ? plain : null;
    }

    private static ImmutableArray<(string Name, string File)> Members(ReadOnlySpan<byte> json)
    {
        var members = ImmutableArray.CreateBuilder<(string, string)>();
        var scanner = new JsonScanner(json);
        if (!scanner.TryEnter())
            return [];
        for (var isFirst = true; scanner.TryMember(isFirst, out var name, out var value, out _); isFirst = false)
            members.Add((Encoding.UTF8.GetString(name), Text(value) ?? ""));
        return members.DrainToImmutable();
    }

    private static ImmutableArray<string>? Packages(ReadOnlySpan<byte> json)
    {
        var scanner = new JsonScanner(json);
        if (!scanner.TryEnter())
            return null;
        for (var isFirst = true; scanner.TryMember(isFirst, out var name, out var value, out _); isFirst = false)
            if (name.SequenceEqual("packages"u8))
                return Texts(value);
        return null;
    }

    /// <summary>The texts of an array; a part that is none is an empty text, which equals no package.</summary>
    private static ImmutableArray<string> Texts(ReadOnlySpan<byte> json)
    {
        var inside = Encoding.UTF8.GetString(json).Trim();
        if (inside.Length < 2 || inside[0] != '[' || inside[^1] != ']')
            return [""];
        inside = inside[1..^1].Trim();
        return inside.Length == 0 ? [] : [.. inside.Split(',').Select(part => Text(Encoding.UTF8.GetBytes(part.Trim())) ?? "")];
    }

    private static string? Text(ReadOnlySpan<byte> value) =>
        value.Length >= 2 && value[0] == '"' && value[^1] == '"' && !value.Contains((byte)'\\')
            ? Encoding.UTF8.GetString(value[1..^1]) : null;
}
