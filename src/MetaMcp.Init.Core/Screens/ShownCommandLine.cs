using System.Text;

namespace MetaMcp.Init.Core.Screens;

/// <summary>
/// A command line as far as it may be shown: the program and the script or package that it runs. Many MCP servers are given their
/// credentials as arguments, so everything else is left out.
/// </summary>
public static class ShownCommandLine
{
    /// <summary>Words of package runners that come before the package.</summary>
    private static readonly string[] Runners = ["exec", "run", "x", "dlx", "tool"];

    private static readonly string[] Scripts = [".js", ".mjs", ".cjs", ".ts", ".py", ".rb", ".sh", ".jar", ".dll"];

    /// <param name="commandLine">As /proc/PID/cmdline has it: with a zero behind each word.</param>
    /// <param name="isCut">Gets whether there are words that are not shown.</param>
    public static string Of(ReadOnlySpan<byte> commandLine, out bool isCut)
    {
        var words = WordsOf(commandLine);
        var shown = new StringBuilder(words.Count > 0 ? BaseName(words[0]) : "");
        var (at, hasSubject) = (1, false);
        for (; at < words.Count && !hasSubject && IsShown(words[at]); at++)
        {
            hasSubject = !Runners.Contains(words[at]);
            _ = shown.Append(' ').Append(words[at][0] == '/' ? BaseName(words[at]) : words[at]);
        }
        isCut = at < words.Count;
        return shown.ToString();
    }

    /// <summary>
    /// A program may have put a title in the place of its arguments, and npm's is made of them: one text with blanks in it. So the first
    /// word is taken apart like a line.
    /// </summary>
    private static List<string> WordsOf(ReadOnlySpan<byte> commandLine)
    {
        var words = new List<string>();
        foreach (var range in commandLine.TrimEnd((byte)0).Split((byte)0))
        {
            var word = Encoding.UTF8.GetString(commandLine[range]);
            if (words.Count == 0)
                words.AddRange(word.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            else
                words.Add(word);
        }
        return words;
    }

    private static bool IsShown(string word)
    {
        if (word.Length is 0 or > 120 || word[0] == '-' || word.Contains('=', StringComparison.Ordinal) ||
            word.Contains("://", StringComparison.Ordinal) || word.Any(char.IsWhiteSpace))
            return false;
        if (Runners.Contains(word))
            return true;
        var isPath = word[0] is '/' or '.' or '@';
        return isPath || Array.Exists(Scripts, word.EndsWith);
    }

    private static string BaseName(string word) => word[(word.LastIndexOf('/') + 1)..];
}
