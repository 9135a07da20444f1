namespace MetaMcp.Init.Core.Verbs;

/// <summary>An exit code of a verb.</summary>
public sealed class ExitMeaning(string code, string meaning)
{
    /// <summary>A number, or words in place of one: <c>the server's own</c>.</summary>
    public string Code { get; } = code;

    public string Meaning { get; } = meaning;

    internal string Text => Meaning.Length == 0 ? Code : $"{Code} {Meaning}";
}
