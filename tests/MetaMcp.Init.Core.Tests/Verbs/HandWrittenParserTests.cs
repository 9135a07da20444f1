using System.Text.RegularExpressions;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.PassThrough;
using MetaMcp.Init.Core.Probing;
using MetaMcp.Init.Core.Verbs;

namespace MetaMcp.Init.Core.Tests.Verbs;

/// <summary>The hot verbs read their words by hand; this compares what they take with their rows.</summary>
public sealed partial class HandWrittenParserTests
{
    [Fact]
    public void Exec_takes_the_options_of_its_row() =>
        Assert.All(VerbTable.Find("exec")!.Options, option =>
        {
            // The end of the command line, or a value where none belongs, is an error that tells the two kinds of option apart.
            ExecArgumentReader.Read([option.Value is null ? option.Name + "=x" : option.Name], out var errors, out _);
            Assert.Equal([option.Name + (option.Value is null ? " takes no value" : " needs a value")], errors);
        });

    /// <summary>By the reader's own source, since it holds no list that could be asked.</summary>
    [Fact]
    public void The_row_of_exec_has_every_option_that_it_takes()
    {
        var source = File.ReadAllText(
            Path.Combine(ArchitectureTests.Root, "src", "MetaMcp.Init.Core", "Exec", "ExecArgumentReader.cs"));
        Assert.Equal(
            OptionInQuotes().Matches(source).Select(match => match.Groups[1].Value).Distinct().Order(),
            VerbTable.Find("exec")!.Options.Select(option => option.Name).Order());
    }

    [Fact]
    public void Probe_takes_the_options_of_its_row() =>
        Assert.All(VerbTable.Find("probe")!.Options, option =>
        {
            Assert.Null(ProbeRequest.Parse(["http", "http://localhost", option.Name], out var error));
            Assert.Equal($"{option.Name} needs a value", error);
        });

    [Fact]
    public void The_row_of_probe_has_every_option_that_it_takes()
    {
        var source = File.ReadAllText(Path.Combine(ArchitectureTests.Root, "src", "MetaMcp.Init.Core", "Probing", "ProbeRequest.cs"));
        Assert.Equal(
            OptionInQuotes().Matches(source).Select(match => match.Groups[1].Value).Distinct().Order(),
            VerbTable.Find("probe")!.Options.Select(option => option.Name).Order());
    }

    [Fact]
    public void Probe_takes_the_kinds_of_its_row()
    {
        Assert.All(VerbTable.Find("probe")!.Operands[0].Choices, kind =>
        {
            ProbeRequest.Parse([kind], out var error);
            Assert.Matches("needs a target|takes its command", error);
        });
        ProbeRequest.Parse([], out var all);
        Assert.Equal(
            VerbTable.Find("probe")!.Operands[0].Choices.Order(),
            all!.Split(": ")[1].Split((char[])[',', ' '], StringSplitOptions.RemoveEmptyEntries).Where(word => word != "or").Order());
    }

    [Fact]
    public void The_init_of_one_command_takes_the_flags_of_its_row() =>
        Assert.All(VerbTable.Find("--")!.Options, option =>
        {
            string[] value = option.Value switch
            {
                null => [],
                "SIG" => ["SIGTERM"],
                "FROM:TO" => ["SIGTERM:SIGINT"],
                "CODE" => ["143"],
                _ => [option.Value],
            };
            Assert.True(PassThroughOptions.Parse([option.Name, .. value, "--", "true"], out var error) is not null, error);
        });

    [Fact]
    public void The_row_of_the_init_of_one_command_has_every_flag_that_it_names()
    {
        Assert.Null(PassThroughOptions.Parse(["-?"], out var error));
        Assert.Equal(
            Flag().Matches(error.Split("the flags are")[1]).Select(match => match.Value).Order(),
            VerbTable.Find("--")!.Options.Select(option => option.Name).Order());
    }

    [GeneratedRegex(@"""(--[a-z][a-z-]*)""")]
    private static partial Regex OptionInQuotes();

    [GeneratedRegex(@"(?<= )--?[a-z]+")]
    private static partial Regex Flag();
}
