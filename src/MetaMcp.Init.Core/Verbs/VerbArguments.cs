using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>
/// The words after an operator verb, read by its row: options and operands in any order. <c>--config FILE</c> and
/// <c>--config=FILE</c> are the same; <c>--</c> ends the options.
/// </summary>
public sealed class VerbArguments
{
    private readonly VerbEntry verb;
    private readonly List<string> options = [];
    private readonly List<string> values = [];
    private readonly List<string> operands = [];

    private VerbArguments(VerbEntry verb) => this.verb = verb;

    /// <summary>The words that are no options.</summary>
    public IReadOnlyList<string> Operands => operands;

    /// <summary>The first word that is no option; null if there is none.</summary>
    public string? Operand => operands.Count > 0 ? operands[0] : null;

    /// <summary>The name of the verb.</summary>
    public string Verb => verb.Name;

    /// <summary>Whether the verb has the option at all.</summary>
    public bool Knows(string option) => verb.Find(option) is not null;

    public bool Has(string option) => options.Contains(Known(option));

    /// <summary>The value of an option; the first one, if the option may be given again; null if it was not given.</summary>
    public string? Value(string option) => options.IndexOf(Known(option)) is >= 0 and var at ? values[at] : null;

    /// <summary>All values of an option that may be given again.</summary>
    public IReadOnlyList<string> Values(string option)
    {
        var given = new List<string>();
        for (var i = 0; i < options.Count; i++)
            if (options[i] == Known(option))
                given.Add(values[i]);
        return given;
    }

    /// <param name="words">The words after the verb.</param>
    /// <param name="verb">The row.</param>
    /// <param name="error">Null on success, else the error.</param>
    /// <returns>Null if <paramref name="error"/> is set.</returns>
    public static VerbArguments? Read(ReadOnlySpan<string> words, VerbEntry verb, out string? error)
    {
        var arguments = new VerbArguments(verb);
        var onlyOperands = false;
        error = null;
        for (var i = 0; i < words.Length && error is null; i++)
        {
            var word = words[i];
            if (onlyOperands || !word.StartsWith('-') || word == "-")
                error = arguments.TakeOperand(word);
            else if (word == "--")
            {
                // The name of a verb, too: mcp-init help --
                if (arguments.Expected is { Kind: WordKind.Verb } && i + 1 == words.Length)
                    error = arguments.TakeOperand(word);
                onlyOperands = true;
            }
            else if (word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
                error = arguments.TakeOption(word[..equals], word[(equals + 1)..]);
            else
                error = arguments.TakeOption(
                    word, verb.Find(word) is { Value: not null } && i + 1 < words.Length ? words[++i] : null);
        }
        error ??= arguments.Missing();
        return error is null ? arguments : null;
    }

    /// <summary>The operand that a further word would be; null if there is room for none.</summary>
    private Operand? Expected
    {
        get
        {
            var before = 0L;
            foreach (var operand in verb.Operands)
            {
                before += operand.Most;
                if (operands.Count < before)
                    return operand;
            }
            return null;
        }
    }

    private string? TakeOperand(string word)
    {
        if (Expected is not { } expected)
            return TooMany(word);
        if (!expected.Choices.IsEmpty && !expected.Choices.Contains(word))
            return NoChoice(word, expected);
        operands.Add(word);
        return null;
    }

    private string TooMany(string word) => verb.Operands switch
    {
        [] => $"{verb.Name} takes no word such as {Quoted.Text(word)}",
        [var only] when only.Most == 1 => $"one {only.Noun} is enough: {Quoted.Text(operands[0])} and {Quoted.Text(word)}",
        _ => $"{Quoted.Text(word)} is a word too many; write {HelpPage.Program} {verb.Usage}",
    };

    private static string NoChoice(string word, Operand operand) => Quoted.Text(word) +
        (operand.Otherwise is { } reason ? " " + reason : $" is no {operand.Noun}; there are {string.Join(", ", operand.Choices)}") +
        Suggestion.For(word, operand.Choices);

    private string? TakeOption(string word, string? value)
    {
        if (verb.Find(word) is not { } option)
            return $"unknown option {Quoted.Text(word)}{Suggestion.For(word, [.. verb.Options.Select(o => o.Name), VerbOption.Help.Name])}";
        if (option.Value is null && value is not null)
            return $"{option.Name} takes no value";
        if (option.Value is not null && string.IsNullOrEmpty(value))
            return $"{option.Name} needs a value";
        if (!option.Choices.IsEmpty && !option.Choices.Contains(value!))
            return $"{option.Name} is one of {string.Join(", ", option.Choices)}, not {Quoted.Text(value!)}" +
                Suggestion.For(value!, option.Choices);
        if (!option.Repeatable && options.Contains(option.Name))
            return $"{option.Name} is given twice";
        options.Add(option.Name);
        values.Add(value ?? "");
        return null;
    }

    private string? Missing()
    {
        if (Has(VerbOption.Help.Name))
            return null;
        var before = 0L;
        foreach (var operand in verb.Operands)
        {
            if (operand.Required && operands.Count <= before)
                return $"{operand.Name} is missing; write {HelpPage.Program} {verb.Usage}";
            before += operand.Most;
        }
        return null;
    }

    /// <summary>The option's own name. A slip of the caller is an exception, not an option that was not given.</summary>
    private string Known(string option) =>
        verb.Find(option)?.Name ?? throw new ArgumentException($"{verb.Name} has no {option}", nameof(option));
}
