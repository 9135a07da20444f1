using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>An option of a verb. It takes a value if the value has a name.</summary>
public sealed class VerbOption(string name, string? value, string meaning)
{
    /// <summary>The option that every verb has, and that the pages leave out.</summary>
    internal static readonly VerbOption Help = new("--help", null, "show what this verb takes") { Alias = "-h" };

    /// <summary>With its dashes: <c>--config</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Another name of the same option: <c>-n</c>.</summary>
    public string? Alias { get; init; }

    /// <summary>The name of the value in the texts: <c>FILE</c>; null if the option takes none.</summary>
    public string? Value { get; } = value;

    /// <summary>What can be completed as its value.</summary>
    public WordKind Kind { get; init; }

    /// <summary>The only values, if there are few; empty if any text is one.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    /// <summary>May be given more than once.</summary>
    public bool Repeatable { get; init; }

    /// <summary>Without <see cref="Repeatable"/>, which the texts add themselves.</summary>
    public string Meaning { get; } = meaning;

    public bool Is(string word) => word == Name || word == Alias;

    internal string[] Names => Alias is null ? [Name] : [Name, Alias];

    /// <summary>As the texts have it: <c>-n, --lines N</c>.</summary>
    internal string Label =>
        (Alias is null ? Name : $"{Alias}, {Name}") + (Value is null ? "" : " " + Value);

    internal string Text => !Repeatable ? Meaning : Meaning.Length == 0 ? "repeatable" : Meaning + "; repeatable";
}
