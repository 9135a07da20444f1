namespace MetaMcp.Init.Core.Verbs;

/// <summary>Scripts that teach a shell the verbs, their options and what their words name.</summary>
public static class Completions
{
    /// <summary>The script for one of the choices of <c>mcp-init completion</c>.</summary>
    public static string Of(string shell) => shell switch
    {
        "bash" => BashCompletion.Script(),
        "zsh" => ZshCompletion.Script(),
        "fish" => FishCompletion.Script(),
        _ => throw new ArgumentException($"no completion of {shell}", nameof(shell)),
    };

    /// <summary>What may be the first word: verbs, and what stands in their place.</summary>
    internal static IEnumerable<VerbOption> InPlaceOfVerb =>
        [.. VerbTable.InPlaceOfVerb, .. RunVerbs.Run.Options, .. RunVerbs.PassThrough.Options];

    internal static IEnumerable<VerbOption> OptionsOf(VerbEntry verb) =>
        verb == RunVerbs.PassThrough ? verb.Options : [.. verb.Options, VerbOption.Help];

    /// <summary>The beginning of a text, for a list: up to what explains it.</summary>
    internal static string Brief(string text)
    {
        foreach (var mark in (string[])["; ", ": ", " ("])
            if (text.IndexOf(mark, StringComparison.Ordinal) is > 0 and var end)
                text = text[..end];
        return text;
    }

    /// <summary>In single quotes, as bash and zsh read them.</summary>
    internal static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
