using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Verbs;

/// <summary>
/// The words after an operator verb: options, and at most one operand. <c>--config FILE</c> and <c>--config=FILE</c> are
/// the same; <c>--</c> ends the options.
/// </summary>
internal sealed class VerbArguments
{
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);

    private VerbArguments()
    {
    }

    /// <summary>The word that is no option; null if there is none.</summary>
    public string? Operand { get; private set; }

    public bool Has(string option) => _given.ContainsKey(option);

    public string? Value(string option) => _given.GetValueOrDefault(option);

    /// <param name="words">The words after the verb.</param>
    /// <param name="flags">Options without a value.</param>
    /// <param name="valued">Options with a value.</param>
    /// <param name="error">Null on success, else the error.</param>
    /// <returns>Null if <paramref name="error"/> is set.</returns>
    public static VerbArguments? Read(ReadOnlySpan<string> words, string[] flags, string[] valued, out string? error)
    {
        var arguments = new VerbArguments();
        var onlyOperands = false;
        error = null;
        for (var i = 0; i < words.Length && error is null; i++)
        {
            var word = words[i];
            if (onlyOperands || !word.StartsWith('-') || word == "-")
                error = arguments.TakeOperand(word);
            else if (word == "--")
                onlyOperands = true;
            else if (word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
                error = arguments.Take(word[..equals], word[(equals + 1)..], flags, valued);
            else
                error = arguments.Take(word, valued.Contains(word) && i + 1 < words.Length ? words[++i] : null, flags, valued);
        }
        return error is null ? arguments : null;
    }

    private string? TakeOperand(string word)
    {
        if (Operand is not null)
            return $"one file is enough: {Quoted.Text(Operand)} and {Quoted.Text(word)}";
        Operand = word;
        return null;
    }

    private string? Take(string option, string? value, string[] flags, string[] valued)
    {
        if (valued.Contains(option))
        {
            if (string.IsNullOrEmpty(value))
                return $"{option} needs a value";
        }
        else if (!flags.Contains(option))
        {
            return $"unknown option {Quoted.Text(option)}{Suggestion.For(option, [.. valued, .. flags])}";
        }
        else if (value is not null)
        {
            return $"{option} takes no value";
        }
        return _given.TryAdd(option, value ?? "") ? null : $"{option} is given twice";
    }
}
