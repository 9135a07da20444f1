using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Core.Verbs;

namespace MetaMcp.Init.Core.Tests.Verbs;

public sealed class CompletionsTests
{
    private static IEnumerable<string> Shells => VerbTable.Find("completion")!.Operands[0].Choices;

    [Fact]
    public void Every_shell_of_the_table_has_a_script() => Assert.All(Shells, shell => Assert.NotEmpty(Completions.Of(shell)));

    [Fact]
    public void Every_script_has_every_visible_verb_and_option() =>
        Assert.All(Shells, shell => Assert.All(VerbTable.Visible, verb =>
        {
            var script = Completions.Of(shell);
            Assert.Contains(verb.Name, script, StringComparison.Ordinal);
            Assert.All(verb.Options, option => Assert.Contains(
                shell == "fish" ? InFish(option.Name) : option.Name, script, StringComparison.Ordinal));
        }));

    [Fact]
    public void No_script_has_a_hidden_verb() =>
        Assert.All(Shells, shell => Assert.All(VerbTable.All.Except(VerbTable.Visible), verb =>
            Assert.DoesNotMatch($@"'{verb.Name}:|-a {verb.Name} |[=,]{verb.Name}[,\n]| {verb.Name}\)", Completions.Of(shell))));

    [Fact]
    public void Every_script_offers_the_signals_that_the_parser_reads()
    {
        Assert.Equal("SIGHUP", Signal.CommonNames.First());
        Assert.All(Signal.CommonNames, name => Assert.True(Signal.TryParse(name, out var signal) && signal.ToString() == name, name));
        Assert.All(Shells, shell => Assert.All(
            Signal.CommonNames, name => Assert.Matches($"[ (,']{name}[ ),']", Completions.Of(shell).ReplaceLineEndings(" "))));
    }

    private static string InFish(string option) =>
        option.StartsWith("--", StringComparison.Ordinal) ? $" -l {option[2..]} " : $" -s {option[1..]} ";
}
