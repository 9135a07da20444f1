using System.Collections.Immutable;
using System.Text;

namespace MetaMcp.Init.Core.Planning;

/// <summary>Why an environment file cannot be used. The reason repeats nothing of the file: what is in it may be secret.</summary>
/// <param name="Line">From 1; of a value over several lines the first.</param>
/// <param name="Reason">One sentence that says what to write instead.</param>
public sealed record EnvironmentFileProblem(int Line, string Reason);

/// <summary>
/// A file of <c>KEY=VALUE</c> lines, as far as Docker Compose (<c>env_file</c>, <c>.env</c>) and systemd (<c>EnvironmentFile=</c>) read
/// it the same way. What one of them reads otherwise, or not at all, is refused: a file that works there must mean the same here.
/// Compose, but not systemd, expands variables, knows comments behind values, <c>export</c> and <c>\n</c>; systemd, but not Compose,
/// takes backslashes out of values without quotes, joins quoted pieces and has <c>;</c> begin a comment.
/// </summary>
public static class EnvironmentFile
{
    private const string Blanks = " \t";

    /// <param name="text">Decoded as UTF-8 or byte by byte (Latin-1).</param>
    /// <param name="problem">The first thing that is wrong; null where there is nothing.</param>
    /// <returns>The entries, <c>KEY=VALUE</c> each; none where there is a problem.</returns>
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
            if (reason is null && value.Length > 0 && value[0] is '"' or '\'')
            {
                // It may go on in lines after this one.
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

    // Of a text that was decoded byte by byte the mark is three characters.
    private static ReadOnlySpan<char> WithoutByteOrderMark(ReadOnlySpan<char> text) =>
        text.StartsWith("\u00EF\u00BB\u00BF") ? text[3..] : text.StartsWith('\uFEFF') ? text[1..] : text;

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

    /// <param name="value">With the blanks in front of it.</param>
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

    /// <summary>Appends what stands between the quotes that the text begins with.</summary>
    /// <returns>How many characters that took, both quotes included.</returns>
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
                case '\\' when quote == '"' && next is '"' or '\\' or '$':
                    plain.Append(next);
                    i++;
                    break;
                // Compose reads \n, \t and octal numbers; systemd takes the backslash from ` and from the end of a line.
                case '\\' when quote == '"' && next is 'a' or 'b' or 'c' or 'f' or 'n' or 'r' or 't' or 'v' or '0' or '`' or '\n' or '\r':
                    reason = EnvironmentFileReasons.Escape;
                    break;
                // To Compose an escaped quote, to systemd the end.
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
