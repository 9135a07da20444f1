using System.Collections.Immutable;
using System.Text;

namespace MetaMcp.Init.Core.Exec;

/// <summary>The reason why an environment file cannot be used. It repeats no text of the file, which may be secret.</summary>
/// <param name="Line">From 1; of a value over several lines the first.</param>
/// <param name="Reason">One sentence that says what to write instead.</param>
public sealed record EnvironmentFileProblem(int Line, string Reason);

/// <summary>
/// A file of <c>KEY=VALUE</c> lines, in the form that Docker Compose (<c>env_file</c>, <c>.env</c>) and systemd
/// (<c>EnvironmentFile=</c>) read in the same way. Text that one of them reads differently, or not at all, is refused: a file that
/// works there must mean the same here. Compose, but not systemd, expands variables and knows comments behind values, <c>export</c>
/// and <c>\n</c>; systemd, but not Compose, removes backslashes from values without quotes, joins quoted pieces and takes <c>;</c> as
/// the start of a comment.
/// </summary>
public static class EnvironmentFile
{
    private const string Blanks = " \t";

    /// <param name="text">Decoded as UTF-8 or byte by byte (Latin-1).</param>
    /// <param name="problem">The first problem; null if there is none.</param>
    /// <returns>The entries, <c>KEY=VALUE</c> each; none if there is a problem.</returns>
    public static ImmutableArray<string> Read(ReadOnlySpan<char> text, out EnvironmentFileProblem? problem)
    {
        var entries = ImmutableArray.CreateBuilder<string>();
        text = WithoutByteOrderMark(text);
        for (var number = 1; !text.IsEmpty; number++)
        {
            var line = FirstLine(text, out var rest).Trim(Blanks);
            if (line.IsEmpty || line[0] == '#')
            {
                text = rest;
                continue;
            }
            var equals = line.IndexOf('=');
            var name = equals < 0 ? line : line[..equals].TrimEnd(Blanks);
            var value = equals < 0 ? [] : line[(equals + 1)..].TrimStart(Blanks);
            var reason = WrongWithName(name, equals >= 0);
            if (reason is null && value.Length > 0 && (value[0] is '"' or '\''))
            {
                // The value may continue in the lines after this one.
                var quoted = text[(text.IndexOf('=') + 1)..].TrimStart(Blanks);
                var plain = new StringBuilder();
                var length = Unquote(quoted, plain, out reason);
                if (reason is null && !FirstLine(quoted[length..], out rest).Trim(Blanks).IsEmpty)
                    reason = EnvironmentFileReasons.BehindQuotes;
                if (reason is null)
                {
                    number += quoted[..length].Count('\n');
                    value = plain.ToString();
                }
            }
            else
            {
                reason ??= WrongWithPlain(line[(equals + 1)..]);
            }
            if (reason is not null)
            {
                problem = new EnvironmentFileProblem(number, reason);
                return [];
            }
            entries.Add($"{name}={value}");
            text = rest;
        }
        problem = null;
        return entries.DrainToImmutable();
    }

    // In a text that was decoded byte by byte the mark is three characters.
    private static ReadOnlySpan<char> WithoutByteOrderMark(ReadOnlySpan<char> text) =>
        text.StartsWith("\u00EF\u00BB\u00BF") ? text[3..] : text.StartsWith('\uFEFF') ? text[1..] : text;

    /// <summary>Whether Compose and systemd differ about a backslash before this character in double quotes.</summary>
    private static bool IsReadDifferently(char escaped) =>
        escaped is 'a' or 'b' or 'c' or 'f' or 'n' or 'r' or 't' or 'v' or '0' or '`' or '\n' or '\r';
    private static ReadOnlySpan<char> FirstLine(ReadOnlySpan<char> text, out ReadOnlySpan<char> rest)
    {
        var end = text.IndexOf('\n');
        rest = end < 0 ? [] : text[(end + 1)..];
        var line = end < 0 ? text : text[..end];
        return line.EndsWith('\r') ? line[..^1] : line;
    }

    private static string? WrongWithName(ReadOnlySpan<char> name, bool hasEquals)
    {
        if (name.StartsWith("export "))
            return EnvironmentFileReasons.Export;
        if (name.StartsWith(';'))
            return EnvironmentFileReasons.Semicolon;
        if (name.Contains('\0'))
            return EnvironmentFileReasons.Nul;
        if (!hasEquals)
            return EnvironmentFileReasons.NoEquals;
        var isName = !name.IsEmpty && !char.IsAsciiDigit(name[0]);
        foreach (var character in name)
            isName &= char.IsAsciiLetterOrDigit(character) || character == '_';
        return isName ? null : EnvironmentFileReasons.Name;
    }

    /// <param name="value">The value with the blanks in front of it.</param>
    private static string? WrongWithPlain(ReadOnlySpan<char> value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            switch (value[i])
            {
                case '\0':
                    return EnvironmentFileReasons.Nul;
                case '\r':
                    return EnvironmentFileReasons.CarriageReturn;
                case '$':
                    return EnvironmentFileReasons.Dollar;
                case '\\':
                    return EnvironmentFileReasons.Backslash;
                case '#' when i > 0 && Blanks.Contains(value[i - 1], StringComparison.Ordinal):
                    return EnvironmentFileReasons.Comment;
            }
        }
        return null;
    }

    /// <summary>Appends the text between the quotes that the text begins with.</summary>
    /// <returns>The number of characters read, both quotes included.</returns>
    private static int Unquote(ReadOnlySpan<char> text, StringBuilder plain, out string? reason)
    {
        var quote = text[0];
        reason = null;
        for (var i = 1; i < text.Length && reason is null; i++)
        {
            var next = i + 1 < text.Length ? text[i + 1] : '\n';
            switch (text[i])
            {
                case var character when character == quote:
                    return i + 1;
                case '\0':
                    reason = EnvironmentFileReasons.Nul;
                    break;
                case '\r':
                    reason = EnvironmentFileReasons.CarriageReturn;
                    break;
                case '$' when quote == '"':
                    reason = EnvironmentFileReasons.Dollar;
                    break;
                case '\\' when quote == '"' && (next is '"' or '\\' or '$'):
                    plain.Append(next);
                    i++;
                    break;
                // Compose reads \n, \t and octal numbers; systemd removes the backslash before ` and at the end of a line.
                case '\\' when quote == '"' && IsReadDifferently(next):
                    reason = EnvironmentFileReasons.Escape;
                    break;
                // For Compose this is an escaped quote, for systemd the end.
                case '\\' when quote == '\'' && next == '\'':
                    reason = EnvironmentFileReasons.EscapedSingle;
                    break;
                case '\\' when quote == '\'' && next == '\\':
                    plain.Append(@"\\");
                    i++;
                    break;
                default:
                    plain.Append(text[i]);
                    break;
            }
        }
        reason ??= EnvironmentFileReasons.NotClosed;
        return text.Length;
    }
}
