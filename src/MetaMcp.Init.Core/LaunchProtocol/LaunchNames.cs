using System.Text;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.LaunchProtocol;

/// <summary>The names in a request: they come from any process, and go into paths of cgroups, into logs and onto terminals.</summary>
public static class LaunchNames
{
    /// <summary>The longest name of an npm package, in bytes.</summary>
    public const int MostBytes = 214;

    /// <summary>A program's name is only shown.</summary>
    public const int MostOfProgram = 64;

    /// <summary>The longest sentence of a client, in bytes.</summary>
    public const int MostOfSentence = 200;

    /// <summary>Why the text can be neither the name of a type nor a package; null if it can.</summary>
    public static string? Problem(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
            return "it is empty";
        if (Encoding.UTF8.GetByteCount(text) > MostBytes)
            return $"it is longer than {MostBytes} bytes";
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsSafe(rune))
                return "it has a control character";
        }
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return IsDots(text) ? "it is a directory's name" : null;
        if (text[0] != '@' || slash == 1 || text.IndexOf('/', slash + 1) >= 0)
            return "the only '/' in it may be the one after a scope, as in @scope/name";
        return slash == text.Length - 1 || IsDots(text.AsSpan(slash + 1)) ? "there is no name after the scope" : null;
    }

    /// <summary>The base name of a program, cut short, with a <c>?</c> for every character that is not safe to show.</summary>
    public static string Program(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var shown = new StringBuilder();
        foreach (var rune in text.AsSpan(text.LastIndexOf('/') + 1).EnumerateRunes())
        {
            if (shown.Length + rune.Utf16SequenceLength > MostOfProgram)
                break;
            _ = IsSafe(rune) ? shown.Append(rune.ToString()) : shown.Append('?');
        }
        return shown.Length == 0 ? "?" : shown.ToString();
    }

    /// <summary>
    /// A sentence for the log, with a <c>?</c> for every character that is not safe to show; one that is too long ends with dots.
    /// </summary>
    public static string Sentence(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const string Dots = "...";
        var shown = new StringBuilder();
        var (bytes, end) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            var safe = IsSafe(rune) ? rune : new Rune('?');
            bytes += safe.Utf8SequenceLength;
            if (bytes > MostOfSentence)
                return shown.Remove(end, shown.Length - end).Append(Dots).ToString();
            _ = shown.Append(safe.ToString());
            if (bytes <= MostOfSentence - Dots.Length)
                end = shown.Length;
        }
        return shown.ToString();
    }

    /// <summary>No line end, and nothing that changes a terminal or the direction of the text.</summary>
    internal static bool IsSafe(Rune rune) => rune.Value is >= ' ' and not 0x7f && !UnsafeText.IsUnsafe(rune);

    private static bool IsDots(ReadOnlySpan<char> text) => text is "." or "..";
}
