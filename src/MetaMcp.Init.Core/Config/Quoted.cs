using System.Text;

namespace MetaMcp.Init.Core.Config;

/// <summary>A word of a file or a command line in a message.</summary>
public static class Quoted
{
    private const int Longest = 60;

    /// <summary>The text in quotes, printable on one line, and cut so that it does not hide the message.</summary>
    public static string Text(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, Longest)))
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (char.IsControl(c) || c is '\u2028' or '\u2029')
                quoted.Append("\\u").Append(((int)c).ToString("x4"));
            // Half of a pair may be left by the cut.
            else if (!char.IsSurrogate(c))
                quoted.Append(c);
        }
        return quoted.Append(text.Length > Longest ? "…\"" : "\"").ToString();
    }
}
