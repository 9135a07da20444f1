using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>
/// A row of the <see cref="VerbTable"/>: all that is told of a verb anywhere. The parser of the operator verbs, the help, the completion
/// of shells, the manual page and the README's table are made from it. The parsers of the hot verbs are written by hand, since
/// they run at every start, and tests hold them to their rows.
/// </summary>
/// <param name="name">The first word of the command line.</param>
/// <param name="kind">The group it is listed in.</param>
/// <param name="usage">The words after <c>mcp-init</c>, in short: <c>plan [FILE]</c>.</param>
/// <param name="summary">What the verb does, in a line of a list: <c>show the order of start and stop</c>.</param>
public sealed class VerbEntry(string name, VerbKind kind, string usage, string summary)
{
    public string Name { get; } = name;

    public VerbKind Kind { get; } = kind;

    public string Usage { get; } = usage;

    public string Summary { get; } = summary;

    /// <summary>The beginning of the verb's own page; the summary, where there is no more to say.</summary>
    public string Lead { get; init; } = summary + ".";

    /// <summary>The forms of the command line; empty if <see cref="Usage"/> is the only one.</summary>
    public ImmutableArray<Synopsis> Synopses { get; init; } = [];

    public ImmutableArray<VerbOption> Options { get; init; } = [];

    /// <summary>Words that are no options, in their order.</summary>
    public ImmutableArray<Operand> Operands { get; init; } = [];

    /// <summary>A command follows <c>--</c>. Elsewhere <c>--</c> ends the options.</summary>
    public bool TakesCommand { get; init; }

    /// <summary>What is to be known beside the options.</summary>
    public ImmutableArray<string> Paragraphs { get; init; } = [];

    public ImmutableArray<ExitMeaning> Exits { get; init; } = [];

    /// <summary>The forms of the command line, at least one.</summary>
    public ImmutableArray<Synopsis> Forms => Synopses.IsEmpty ? [new Synopsis(Usage)] : Synopses;

    internal bool IsVisible => Kind != VerbKind.Hidden;

    /// <summary>By its name or its other name; <c>--help</c> is an option of every verb.</summary>
    internal VerbOption? Find(string word)
    {
        foreach (var option in Options)
            if (option.Is(word))
                return option;
        return VerbOption.Help.Is(word) ? VerbOption.Help : null;
    }
}
