using System.Text;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>Completion in zsh: the row of each verb as one call of <c>_arguments</c>.</summary>
internal static class ZshCompletion
{
    private const string Head =
        """
        #compdef mcp-init
        # zsh completion of mcp-init, made from its table of verbs. To load it: source <(mcp-init completion zsh)

        _mcp-init() {
            local -a verbs=(

        """;

    private const string Middle =
        """
            local -i dashes
            local verb=$words[2]
            if (( CURRENT == 2 )) && [[ $verb != -* ]]; then
                _describe -t verbs verb verbs
                return
            fi
            if [[ $verb == --config* ]]; then
                verb=run
            elif (( CURRENT == 2 )); then
                verb=
            elif [[ $verb == -* ]]; then
                verb=--
            else
                shift words
                (( CURRENT-- ))
            fi
            # Behind the dashes stand a command and its own words.
            dashes=${words[(ie)--]}
            if (( dashes < CURRENT )) && [[ " $before_commands " == *" $verb "* ]]; then
                shift $dashes words
                (( CURRENT -= dashes ))
                _normal
                return
            fi
            case $verb in

        """;

    private const string Tail =
        """
            esac
        }

        # As a file of fpath this text is the function's own body, and the completion has to begin.
        if [[ $funcstack[1] == _mcp-init ]]; then
            _mcp-init "$@"
        else
            compdef _mcp-init mcp-init
        fi

        """;

    public static string Script()
    {
        var script = new StringBuilder(Head);
        foreach (var verb in VerbTable.Visible)
            if (verb != RunVerbs.PassThrough)
                script.Append("        ").Append(Completions.Quote($"{verb.Name}:{Completions.Brief(verb.Summary)}")).Append('\n');
        script.Append("    )\n    local before_commands='")
            .Append(string.Join(' ', VerbTable.Visible.Where(verb => verb.TakesCommand).Select(verb => verb.Name))).Append("'\n")
            .Append(Middle);
        Append(script, "''", [.. Completions.InPlaceOfVerb.Select(Specification)]);
        foreach (var verb in VerbTable.Visible)
        {
            var operands = verb.Operands.Select((operand, at) =>
                (operand.Most > 1 ? "*" : $"{at + 1}") + $":{operand.Name}:{Action(operand.Kind, operand.Choices)}");
            Append(script, verb.Name, [.. Completions.OptionsOf(verb).Select(Specification), .. operands]);
        }
        return script.Append(Tail).ToString();
    }

    private static void Append(StringBuilder script, string verb, IReadOnlyList<string> specifications)
    {
        script.Append("        ").Append(verb).Append(")\n            _arguments -S");
        foreach (var specification in specifications)
            script.Append(" \\\n                ").Append(Completions.Quote(specification));
        script.Append(" ;;\n");
    }

    /// <summary><c>--config=[the meaning]:FILE:_files</c>; the equals sign allows the value in the same word or in the next.</summary>
    private static string Specification(VerbOption option)
    {
        var repeatable = option.Repeatable ? "*" : "";
        var equals = option.Value is null ? "" : option.Name.StartsWith("--", StringComparison.Ordinal) ? "=" : "+";
        var meaning = Completions.Brief(option.Text).Replace("[", "\\[", StringComparison.Ordinal)
            .Replace("]", "\\]", StringComparison.Ordinal);
        var value = option.Value is null
            ? ""
            : $":{option.Value.Replace(":", "\\:", StringComparison.Ordinal)}:{Action(option.Kind, option.Choices)}";
        return $"{repeatable}{option.Name}{equals}[{meaning}]{value}";
    }

    private static string Action(WordKind kind, IReadOnlyList<string> choices) => choices.Count > 0
        ? $"({string.Join(' ', choices)})"
        : kind switch
        {
            WordKind.File => "_files",
            WordKind.Directory => "_files -/",
            WordKind.Command => "_command_names -e",
            WordKind.Verb => $"({string.Join(' ', VerbTable.Names)})",
            WordKind.Signal => $"({string.Join(' ', Signal.CommonNames)})",
            WordKind.Service => "{compadd -- ${(f)\"$(mcp-init names 2> /dev/null)\"}}",
            _ => " ",
        };
}
