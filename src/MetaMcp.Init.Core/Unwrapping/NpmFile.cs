using System.Text;

namespace MetaMcp.Init.Core.Unwrapping;

/// <summary>
/// An .npmrc as npm's own reader of it (the package <c>ini</c>) understands it: lines <c>key = value</c>, where a key alone is true, a
/// key with <c>[]</c> one more element of an array, <c>;</c> and <c>#</c> begin a comment anywhere, and a backslash takes that meaning
/// from them. Sections, and words in quotation marks that JSON reads as something else, make the file <see cref="IsOdd"/>.
/// </summary>
internal sealed class NpmFile
{
    private static readonly string[] Never = ["__proto__", ""];

    private readonly HashSet<string> _arrays = new(StringComparer.Ordinal);

    public NpmFile(ReadOnlySpan<byte> file)
    {
        foreach (var line in Encoding.UTF8.GetString(file).Split('\r', '\n'))
            if (Trim(line) is [not (';' or '#'), ..] text)
                Read(line, text);
    }

    /// <summary>The elements of an array stand with an empty line between them, as npm writes them into a variable.</summary>
    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    /// <summary>Something in it is known to npm alone.</summary>
    public bool IsOdd { get; private set; }

    /// <summary>Whether the key was given as an array.</summary>
    public bool IsArray(string key) => _arrays.Contains(key);

    private void Read(string line, string text)
    {
        // A line separator ends the match of npm's expression, and a bracket begins a section.
        if (text[0] == '[' || text.AsSpan().ContainsAny('\u2028', '\u2029'))
        {
            IsOdd = true;
            return;
        }
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        if (!TryWord(equals < 0 ? line : line[..equals], out var key) || key.Contains("${", StringComparison.Ordinal))
        {
            IsOdd = true;
            return;
        }
        var value = "true";
        var isClear = equals < 0 || TryWord(line[(equals + 1)..], out value);
        if (key.Length > 2 && key.EndsWith("[]", StringComparison.Ordinal))
            _ = _arrays.Add(key = key[..^2]);
        if (Never.Contains(key))
            return;
        // The settings of one registry or scope do not matter here.
        IsOdd |= !isClear && key[0] is not ('/' or '@' or '_');
        Settings[key] = _arrays.Contains(key) && Settings.TryGetValue(key, out var before) ? $"{before}\n\n{value}" : value;
    }

    /// <summary>A key or a value; false if it is not certain how npm reads it.</summary>
    private static bool TryWord(string written, out string word)
    {
        word = Trim(written);
        if (word.Length == 0 || word[0] is not ('"' or '\'') || word[^1] != word[0])
        {
            word = Trim(WithoutComment(word));
            return true;
        }
        var isDouble = word[0] == '"';
        if (word.Length == 1)
            return false;
        word = word[1..^1];
        return isDouble ? !word.AsSpan().ContainsAny('"', '\\') && !word.Any(char.IsControl) : !IsJson(word);
    }

    /// <summary>Single quotation marks are taken away, and then JSON may be in them: a text, a number, an array.</summary>
    private static bool IsJson(string word) =>
        word.AsSpan().Trim() is [var first, ..] && (first is '"' or '-' or '[' or '{' || char.IsDigit(first));

    private static string WithoutComment(string word)
    {
        if (word.AsSpan().IndexOfAny(';', '#', '\\') < 0)
            return word;
        var plain = new StringBuilder();
        for (var i = 0; i < word.Length && word[i] is not (';' or '#'); i++)
        {
            if (word[i] == '\\' && i + 1 < word.Length)
            {
                i++;
                if (word[i] is not ('\\' or ';' or '#'))
                    _ = plain.Append('\\');
            }
            _ = plain.Append(word[i]);
        }
        return plain.ToString();
    }

    /// <summary>As JavaScript does, to which a mark of the byte order is white space, and NEL is none.</summary>
    private static string Trim(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsSpace(text[start]))
            start++;
        while (end > start && IsSpace(text[end - 1]))
            end--;
        return text[start..end];
    }

    private static bool IsSpace(char character) => character == '\uFEFF' || (char.IsWhiteSpace(character) && character != '\u0085');
}
