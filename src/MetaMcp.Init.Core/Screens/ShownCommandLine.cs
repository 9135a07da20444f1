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

    /// <param name="words">As /proc/PID/cmdline has them: with a zero behind each.</param>
    public static string Of(ReadOnlySpan<byte> words)
    {
        var shown = new StringBuilder();
        var (count, isCut, hasSubject) = (0, false, false);
        foreach (var range in words.TrimEnd((byte)0).Split((byte)0))
        {
            var word = Encoding.UTF8.GetString(words[range]);
            if (count++ == 0)
            {
                _ = shown.Append(BaseName(word));
                continue;
            }
            isCut = hasSubject || !IsShown(word);
            if (isCut)
                break;
            hasSubject = !Runners.Contains(word);
            _ = shown.Append(' ').Append(hasSubject && word[0] == '/' ? BaseName(word) : word);
        }
        return isCut ? shown.Append(" …").ToString() : shown.ToString();
    }

    private static bool IsShown(string word)
    {
        if (word.Length is 0 or > 120 || word[0] == '-' || word.Contains('=', StringComparison.Ordinal) ||
            word.Contains("://", StringComparison.Ordinal))
            return false;
        if (Runners.Contains(word))
            return true;
        var isPath = word[0] is '/' or '.' or '@';
        return isPath || Array.Exists(Scripts, word.EndsWith);
    }

    /// <summary>A program may have put its own title there, with blanks in it.</summary>
    private static string BaseName(string word) => word[(word.LastIndexOf('/') + 1)..];
}
