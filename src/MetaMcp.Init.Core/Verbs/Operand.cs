using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>A word of a verb that is no option, by its place.</summary>
public sealed class Operand(string name, WordKind kind = WordKind.Text)
{
    /// <summary>As the synopsis has it: <c>FILE</c>. Messages have it in small letters.</summary>
    public string Name { get; } = name;

    public WordKind Kind { get; } = kind;

    public bool Required { get; init; }

    /// <summary>How many words of this kind may stand here; only the last operand of a verb may have more than one.</summary>
    public int Most { get; init; } = 1;

    /// <summary>The only words that may stand here; empty if any may.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    /// <summary>Says of a word that is no choice why it is refused; null for the usual sentence, which lists the choices.</summary>
    public string? Otherwise { get; init; }

    internal string Noun => Name.ToLowerInvariant();
}
