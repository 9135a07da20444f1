using System.Collections.Immutable;
using System.Text;

namespace MetaMcp.Init.Core.Planning;

/// <summary>
/// A file of <c>KEY=VALUE</c> lines, as Docker's and systemd's: empty lines and lines that begin with <c>#</c> or <c>;</c> are
/// passed over, <c>export </c> in front is tolerated, one pair of quotes around the value is taken off (inside double ones a
/// backslash makes <c>"</c>, <c>\</c>, <c>$</c> and <c>`</c> plain), nothing is expanded.
/// </summary>
public static class EnvironmentFile
{
    /// <summary>The entries, or the number of the first line that is none: 0 where all are well.</summary>
    public static ImmutableArray<string> Read(ReadOnlySpan<char> text, out int badLine)
    {
        var entries = ImmutableArray.CreateBuilder<string>();
        var number = 0;
        badLine = 0;
        while (!text.IsEmpty)
        {
            number++;
            var end = text.IndexOf('\n');
            var line = (end < 0 ? text : text[..end]).Trim(" \t\r");
            text = end < 0 ? [] : text[(end + 1)..];
            if (line.IsEmpty || line[0] is '#' or ';')
                continue;
            if (line.StartsWith("export "))
                line = line["export ".Length..].TrimStart(" \t");
            var equals = line.IndexOf('=');
            if (equals <= 0 || line[..equals].ContainsAny(" \t\"'\0") || line.Contains('\0'))
            {
                badLine = number;
                return [];
            }
            entries.Add(string.Concat(line[..(equals + 1)], Unquote(line[(equals + 1)..])));
        }
        return entries.DrainToImmutable();
    }

    private static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> value)
    {
        if (value.Length < 2 || value[0] != value[^1] || value[0] is not ('"' or '\''))
            return value;
        var inner = value[1..^1];
        if (value[0] == '\'' || !inner.Contains('\\'))
            return inner;
        var plain = new StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '\\' && i + 1 < inner.Length && inner[i + 1] is '"' or '\\' or '$' or '`')
                i++;
            plain.Append(inner[i]);
        }
        return plain.ToString();
    }
}
