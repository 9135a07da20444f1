namespace MetaMcp.Init.Core.Verbs;

/// <summary>Words, and on their right what they mean; the text may be empty.</summary>
internal sealed class PageRow(string words, string text)
{
    public string Words { get; } = words;

    public string Text { get; } = text;
}
