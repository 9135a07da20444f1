using System.Text;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>
/// Completion in bash 4 and later, without the package bash-completion. The function first takes the row of the verb into variables,
/// then finds out by them where in the command line the cursor is.
/// </summary>
internal static class BashCompletion
{
    private const string Head =
        """
        # bash completion of mcp-init, made from its table of verbs. To load it: source <(mcp-init completion bash)

        # Names that begin so. Clients choose the names of servers, and compgen -W would expand each word as a line of the shell.
        _mcp_init_names() {
            local name
            while IFS= read -r name; do
                [[ $name != "$1"* ]] || printf '%s\n' "$name"
            done < <(mcp-init names 2> /dev/null)
        }

        # What may stand in one place: @KIND, or the words themselves with commas between them.
        _mcp_init_words() {
            case $1 in
                @file) compgen -f -- "$2" ;;
                @directory) compgen -d -- "$2" ;;
                @command) if [[ $2 == */* ]]; then compgen -f -- "$2"; else compgen -c -- "$2"; fi ;;
                @service) _mcp_init_names "$2" ;;
                @*) ;;
                *) compgen -W "${1//,/ }" -- "$2" ;;
            esac
        }

        _mcp_init() {
            local IFS=$' \t\n' cur=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} first=2
            local options= valued= command= many= i word value= rest= kind=
            local -a operands=()
            local -i count=0
            COMPREPLY=()

        """;

    /// <summary>
    /// bash splits <c>--config=FILE</c> at the equals sign, so the sign is a word of its own, and the value the next one.
    /// </summary>
    private const string Tail =
        """
            for ((i = first; i < COMP_CWORD; i++)); do
                word=${COMP_WORDS[i]}
                if [[ $value ]]; then
                    [[ $word == = ]] || value=
                elif [[ ! $rest && $word == -- ]]; then
                    rest=yes
                    [[ ! $command ]] || { operands=(@command @file) many=yes count=0; }
                elif [[ ! $rest && $word == -?* ]]; then
                    [[ " $valued " =~ " $word:"([[:graph:]]*) ]] && value=${BASH_REMATCH[1]}
                else
                    count+=1
                fi
            done
            [[ $cur == = ]] && cur=
            if [[ $value ]]; then
                kind=$value
            elif [[ ! $rest && $cur == -* ]]; then
                kind=$options
            elif ((count < ${#operands[@]})); then
                kind=${operands[count]}
            elif [[ $many ]]; then
                kind=${operands[${#operands[@]} - 1]}
            elif [[ ! $rest ]]; then
                kind=$options
            fi
            mapfile -t COMPREPLY < <(_mcp_init_words "$kind" "$cur")
            # Outside of a completion, in a test, there is no compopt.
            [[ $kind != @* ]] || compopt -o filenames 2> /dev/null
            return 0
        }

        complete -F _mcp_init mcp-init

        """;

    public static string Script()
    {
        var verbs = string.Join(',', VerbTable.Names);
        var script = new StringBuilder(Head);
        script.Append("    if ((COMP_CWORD == 1)); then\n        kind=").Append(verbs).Append('\n')
            .Append("        [[ $cur != -* ]] || kind=").Append(Names(Completions.InPlaceOfVerb)).Append(",--\n")
            .Append("        mapfile -t COMPREPLY < <(_mcp_init_words \"$kind\" \"$cur\")\n        return 0\n    fi\n")
            .Append("    case $verb in\n        --config | --config=*) verb=run first=1 ;;\n        -*) verb=-- first=1 ;;\n    esac\n")
            .Append("    case $verb in\n");
        foreach (var verb in VerbTable.Visible)
            Append(script, verb, verbs);
        return script.Append("        *) return 0 ;;\n    esac\n").Append(Tail).ToString();
    }

    private static void Append(StringBuilder script, VerbEntry verb, string verbs)
    {
        var options = Completions.OptionsOf(verb);
        script.Append("        ").Append(verb.Name).Append(")\n            options=").Append(Names(options));
        if (verb.TakesCommand)
            script.Append(",-- command=yes");
        script.Append('\n');
        var valued = new List<string>();
        foreach (var option in options)
            if (option.Value is not null)
                foreach (var name in option.Names)
                    valued.Add($"{name}:{Kind(option.Kind, option.Choices, verbs)}");
        if (valued.Count > 0)
            script.Append("            valued='").Append(string.Join(' ', valued)).Append("'\n");
        var operands = verb.Operands.Select(operand => Kind(operand.Kind, operand.Choices, verbs)).ToList();
        if (operands.Count > 0)
            script.Append("            operands=(").Append(string.Join(' ', operands)).Append(')')
                .Append(verb.Operands[^1].Most > 1 ? " many=yes\n" : "\n");
        script.Append("            ;;\n");
    }

    private static string Names(IEnumerable<VerbOption> options) =>
        string.Join(',', options.Select(option => string.Join(',', option.Names)));

    private static string Kind(WordKind kind, IReadOnlyList<string> choices, string verbs) => choices.Count > 0
        ? string.Join(',', choices)
        : kind switch
        {
            WordKind.File => "@file",
            WordKind.Directory => "@directory",
            WordKind.Command => "@command",
            WordKind.Service => "@service",
            WordKind.Verb => verbs,
            WordKind.Signal => string.Join(',', Signal.CommonNames),
            _ => "@text",
        };
}
