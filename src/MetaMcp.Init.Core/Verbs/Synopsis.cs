namespace MetaMcp.Init.Core.Verbs;

/// <summary>One form of a verb's command line.</summary>
public sealed class Synopsis(string words, string meaning = "")
{
    /// <summary>The words after <c>mcp-init</c>.</summary>
    public string Words { get; } = words;

    /// <summary>What this form does, where the verb has several.</summary>
    public string Meaning { get; } = meaning;
}
