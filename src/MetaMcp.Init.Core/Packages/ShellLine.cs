using System.Collections.Immutable;
using System.Text;

namespace MetaMcp.Init.Core.Packages;

/// <summary>The words of the first command of a shell's line, as far as they can be told without being the shell.</summary>
public static class ShellLine
{
    /// <summary>Ends before the first operator. Variables stay as they are written, so a word with one is no package's name.</summary>
    public static ImmutableArray<string> FirstCommand(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var words = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        var (quote, isWord) = ('\0', false);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote != '\0' && c == quote)
                quote = '\0';
            else if (c == '\\' && quote != '\'' && i + 1 < line.Length)
                word.Append(line[++i]);
            else if (quote != '\0')
                word.Append(c);
            else if (c is '\'' or '"')
                (quote, isWord) = (c, true);
            else if (c is ' ' or '\t')
                End();
            else if (c is '\n' or ';' or '&' or '|' or '<' or '>' or '(' or ')' or '`')
                break;
            else
                word.Append(c);
        }
        End();
        return words.DrainToImmutable();

        void End()
        {
            if (isWord || word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
            isWord = false;
        }
    }
}
