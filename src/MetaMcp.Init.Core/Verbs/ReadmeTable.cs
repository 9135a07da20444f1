using System.Text;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>The table of verbs in the README, between two comments that say where it comes from.</summary>
public static class ReadmeTable
{
    public const string Begin =
        "<!-- The table of verbs, made from src/MetaMcp.Init.Core/Verbs. To write it anew: MCP_INIT_RENEW=1 make check -->\n";

    public const string End = "<!-- The end of the table of verbs. -->\n";

    /// <summary>The table alone.</summary>
    public static string Text()
    {
        var text = new StringBuilder("| `mcp-init …` | does | exits with |\n|---|---|---|\n");
        foreach (var verb in VerbTable.Visible)
            text.Append("| `").Append(Cell(verb.Usage)).Append("` | ").Append(Cell(verb.Summary)).Append(" | ")
                .Append(Cell(string.Join(", ", verb.Exits.Select(exit => exit.Code)))).Append(" |\n");
        return text.ToString();
    }

    /// <summary>The README with the table of today; null if the two comments are not in it, once and in order.</summary>
    public static string? Renewed(string readme)
    {
        var begin = readme.IndexOf(Begin, StringComparison.Ordinal);
        var end = readme.IndexOf(End, StringComparison.Ordinal);
        return begin < 0 || end < begin ? null : readme[..(begin + Begin.Length)] + "\n" + Text() + "\n" + readme[end..];
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
