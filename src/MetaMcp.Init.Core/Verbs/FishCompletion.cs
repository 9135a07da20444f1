using System.Text;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>Completion in fish 3 and later: a line for each option.</summary>
internal static class FishCompletion
{
    private const string Head =
        """
        # fish completion of mcp-init, made from its table of verbs. To load it: mcp-init completion fish | source

        # No word stands behind mcp-init yet.
        function __mcp_init_first
            test (count (commandline -opc)) -eq 1
        end

        # The first word behind mcp-init is one of the arguments.
        function __mcp_init_is
            set -l words (commandline -opc)
            test (count $words) -gt 1; and contains -- $words[2] $argv
        end

        # Flags stand in the place of a verb.
        function __mcp_init_flags
            set -l words (commandline -opc)
            test (count $words) -eq 1; or string match -q -- '-*' $words[2]
        end

        # What follows is a command.
        function __mcp_init_dashes
            contains -- -- (commandline -opc)
        end

        complete -c mcp-init -f

        """;

    public static string Script()
    {
        var script = new StringBuilder(Head);
        foreach (var verb in VerbTable.Visible)
            if (verb != RunVerbs.PassThrough)
                Line(script, "__mcp_init_first", $" -a {verb.Name}", verb.Summary);
        foreach (var option in VerbTable.InPlaceOfVerb)
            Option(script, "__mcp_init_first", option);
        foreach (var option in RunVerbs.Run.Options)
            Option(script, "__mcp_init_flags", option);
        foreach (var verb in VerbTable.Visible)
            Append(script, verb);
        return script.ToString();
    }

    private static void Append(StringBuilder script, VerbEntry verb)
    {
        var condition = verb == RunVerbs.PassThrough ? "__mcp_init_flags" : $"__mcp_init_is {verb.Name}";
        foreach (var option in Completions.OptionsOf(verb))
            Option(script, condition, option);
        foreach (var operand in verb.Operands)
            if (Words(operand.Kind, operand.Choices) is { Length: > 0 } words)
                Line(script, condition, words, operand.Name);
        if (verb.TakesCommand)
            Line(script, condition + "; and __mcp_init_dashes", Words(WordKind.Command, []) + " -F", "CMD");
    }

    private static void Option(StringBuilder script, string condition, VerbOption option)
    {
        var names = Name(option.Name) + (option.Alias is { } alias ? Name(alias) : "");
        var value = option.Value is null ? "" : " -r" + Words(option.Kind, option.Choices);
        Line(script, condition, names + value, option.Text);
    }

    private static string Name(string option) =>
        option.StartsWith("--", StringComparison.Ordinal) ? $" -l {option[2..]}" : $" -s {option[1..]}";

    private static void Line(StringBuilder script, string condition, string what, string description) =>
        script.Append("complete -c mcp-init -n ").Append(Quote(condition)).Append(what)
            .Append(" -d ").Append(Quote(Completions.Brief(description))).Append('\n');

    private static string Words(WordKind kind, IReadOnlyList<string> choices) => choices.Count > 0
        ? $" -a {Quote(string.Join(' ', choices))}"
        : kind switch
        {
            WordKind.File => " -F",
            WordKind.Directory => " -a '(__fish_complete_directories)'",
            WordKind.Command => " -a '(__fish_complete_command)'",
            WordKind.Verb => $" -a {Quote(string.Join(' ', VerbTable.Names))}",
            WordKind.Signal => $" -a {Quote(string.Join(' ', Signal.CommonNames))}",
            WordKind.Service => " -a '(mcp-init names 2> /dev/null)'",
            _ => "",
        };

    private static string Quote(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
