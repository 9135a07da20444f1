namespace MetaMcp.Init.Core.Packages;

/// <summary>
/// The text that npx or uvx is given for a package, taken apart: <c>@scope/name@1.2</c>, <c>name[extra]==1.2</c>, <c>user/repository</c>.
/// The name is that of a type of server: whether a version stands behind it makes no difference to limits.
/// </summary>
/// <param name="Name">Of a Python package the form in which names are compared: lower case, with "-" between words.</param>
/// <param name="Version">A version, a range or a tag; null if the text has none.</param>
/// <param name="IsFromRegistry">False for repositories, archives and directories, whose name is taken from their place.</param>
public sealed record PackageSpec(string Name, string? Version, bool IsFromRegistry)
{
    /// <summary>The longest name that npm accepts.</summary>
    public const int MaxName = 214;

    /// <summary>More is no specification of a package; the text comes from a command line of any length.</summary>
    private const int MaxText = 1024;

    private static readonly string[] Archives = [".tgz", ".tar.gz", ".tar"];

    private static readonly string[] PythonArchives = [".whl", ".zip", ".tar.gz", ".tgz"];

    /// <summary>Behind the name of a file, and no part of the package's name.</summary>
    private static readonly string[] Ends = [".git", .. Archives, .. PythonArchives];

    /// <summary>As npm reads it (npm-package-arg). Null if no name can be taken from it.</summary>
    public static PackageSpec? Npm(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!IsText(text))
            return null;
        var at = text.IndexOf('@', 1);
        var name = at < 0 ? text : text[..at];
        var version = at < 0 ? "" : text[(at + 1)..];
        if (!IsNpmName(name) || (name[0] != '@' && IsOneOf(Archives, name)))
            return name[0] == '@' ? null : Elsewhere(text);
        // user@host.example:path, as scp writes it.
        var colon = version.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && version.AsSpan(0, colon).Contains('.'))
            return Elsewhere(text);
        return version.AsSpan().ContainsAny('/', ':') || IsOneOf(Archives, version)
            ? new PackageSpec(name, null, false)
            : new PackageSpec(name, version.Length == 0 ? null : version, true);
    }

    /// <summary>As uv reads it (PEP 508, and <c>name@version</c>). Null if no name can be taken from it.</summary>
    public static PackageSpec? Python(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!IsText(text))
            return null;
        var end = 0;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '-' or '_' or '.'))
            end++;
        var (name, rest) = (text[..end], text[end..].Trim());
        if (rest.StartsWith('[') && rest.IndexOf(']', StringComparison.Ordinal) is > 0 and var close)
            rest = rest[(close + 1)..].Trim();
        if (!IsPythonName(name) || IsOneOf(PythonArchives, name) ||
            (rest.Length > 0 && !"@=<>!~;".Contains(rest[0], StringComparison.Ordinal)))
            return Elsewhere(text) is { } elsewhere ? elsewhere with { Name = Normal(elsewhere.Name) } : null;
        if (!rest.StartsWith('@'))
            return new PackageSpec(Normal(name), rest.Length == 0 ? null : rest, true);
        var version = rest[1..].Trim();
        return version.AsSpan().ContainsAny('/', ':')
            ? new PackageSpec(Normal(name), null, false)
            : new PackageSpec(Normal(name), version.Length == 0 ? null : version, true);
    }

    /// <summary>A name as npm and PyPI accept it, with a scope or without.</summary>
    public static bool IsNpmName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxName)
            return false;
        if (name[0] != '@')
            return IsPart(name);
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 1 && IsPart(name.AsSpan(1, slash - 1)) && IsPart(name.AsSpan(slash + 1));
    }

    /// <summary>The form in which names of Python packages are compared (PEP 503).</summary>
    public static string Normal(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var normal = new System.Text.StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (c is not ('-' or '_' or '.'))
                normal.Append(char.ToLowerInvariant(c));
            else if (normal.Length == 0 || normal[^1] != '-')
                normal.Append('-');
        }
        return normal.ToString();
    }

    /// <summary>A place: <c>user/repository#v2</c>, <c>git+https://HOST/user/repository.git@v2</c>, <c>./server-1.2.tgz</c>.</summary>
    private static PackageSpec? Elsewhere(string text)
    {
        var place = text.AsSpan();
        if (place.IndexOfAny('#', '?') is >= 0 and var behind)
            place = place[..behind];
        place = place.TrimEnd('/');
        place = place[(place.LastIndexOfAny('/', ':') + 1)..];
        if (place.IndexOf('@') is > 0 and var at)
            place = place[..at];
        var name = place.ToString();
        foreach (var end in Ends)
            if (name.EndsWith(end, StringComparison.OrdinalIgnoreCase))
                name = name[..^end.Length];
        return IsNpmName(name) && char.IsAsciiLetterOrDigit(name[0]) ? new PackageSpec(name, null, false) : null;
    }

    private static bool IsText(string text)
    {
        if (text.Length is 0 or > MaxText)
            return false;
        foreach (var c in text)
            if (char.IsControl(c))
                return false;
        return true;
    }

    /// <summary>The characters of a name in a URL; npm took capitals once, and such packages are still there.</summary>
    private static bool IsPart(ReadOnlySpan<char> part)
    {
        if (part.IsEmpty || part[0] is '.' or '_')
            return false;
        foreach (var c in part)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or '~'))
                return false;
        return true;
    }

    private static bool IsPythonName(string name) =>
        name.Length is > 0 and <= MaxName && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]);

    private static bool IsOneOf(string[] archives, string text)
    {
        foreach (var archive in archives)
            if (text.EndsWith(archive, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }
}
