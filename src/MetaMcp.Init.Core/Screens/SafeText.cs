using System.Buffers;
using System.Text;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Screens;

/// <summary>
/// Text that comes from a service, as a terminal may have it: one line, without control characters, escape sequences (colours too) and
/// marks that turn the direction of the text; each is shown as the log shows it (<see cref="LineSanitizer"/>).
/// </summary>
public static class SafeText
{
    /// <summary>The same text, if there is nothing in it to escape.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (IsSafe(text))
            return text;
        var safe = new ArrayBufferWriter<byte>(text.Length * 2);
        LineSanitizer.Append(Encoding.UTF8.GetBytes(text), safe, keepsColours: false);
        // A tab would end in a column that depends on the place where it stands.
        return Encoding.UTF8.GetString(safe.WrittenSpan).Replace("\t", "  ", StringComparison.Ordinal);
    }

    private static bool IsSafe(string text)
    {
        var special = text.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        if (special < 0)
            return true;
        foreach (var rune in text.AsSpan(special).EnumerateRunes())
            // U+FFFD also stands for half of a surrogate pair.
            if (rune.Value is < 0x20 or 0x7f || rune == Rune.ReplacementChar || UnsafeText.IsUnsafe(rune))
                return false;
        return true;
    }
}
