using MetaMcp.Init.Core.Verbs;

namespace MetaMcp.Init.Core.Tests.Verbs;

public sealed class VerbArgumentsTests
{
    private static readonly VerbEntry Row = new("show", VerbKind.Look, "show [FILE]", "show a file")
    {
        Operands = [new("FILE", WordKind.File)],
        Options =
        [
            new("--json", null, ""),
            new("--dot", null, ""),
            new("--config", "FILE", "") { Alias = "-c" },
            new("--level", "LEVEL", "") { Choices = ["alive", "ready"] },
            new("--only", "NAME", "") { Alias = "-o", Repeatable = true },
        ],
    };

    private static readonly VerbEntry Colours = new("paint", VerbKind.Act, "paint COLOUR [NAME…]", "paint")
    {
        Operands = [new("COLOUR") { Required = true, Choices = ["red", "green"] }, new("NAME") { Most = 2 }],
    };

    [Theory]
    [InlineData("", null, null, false)]
    [InlineData("a.toml", "a.toml", null, false)]
    [InlineData("--json a.toml", "a.toml", null, true)]
    [InlineData("a.toml --json", "a.toml", null, true)]
    [InlineData("--config b.toml --json", null, "b.toml", true)]
    [InlineData("-c b.toml", null, "b.toml", false)]
    [InlineData("--config=b=c.toml", null, "b=c.toml", false)]
    [InlineData("--config --json", null, "--json", false)]
    [InlineData("--json -- --dot", "--dot", null, true)]
    [InlineData("--", null, null, false)]
    [InlineData("-- --", "--", null, false)]
    [InlineData("-", "-", null, false)]
    public void Options_may_stand_anywhere(string words, string? operand, string? config, bool json)
    {
        var given = Read(words, Row, out var error);
        Assert.Null(error);
        Assert.Equal((operand, config, json, false), (given!.Operand, given.Value("--config"), given.Has("--json"), given.Has("--dot")));
    }

    [Theory]
    [InlineData("--jsno", "unknown option \"--jsno\"; did you mean \"--json\"?")]
    [InlineData("--jsno=1", "unknown option \"--jsno\"; did you mean \"--json\"?")]
    [InlineData("--hepl", "unknown option \"--hepl\"; did you mean \"--help\"?")]
    [InlineData("-x", "unknown option \"-x\"")]
    [InlineData("--config", "--config needs a value")]
    [InlineData("--config=", "--config needs a value")]
    [InlineData("-c", "--config needs a value")]
    [InlineData("--json=yes", "--json takes no value")]
    [InlineData("--json --json", "--json is given twice")]
    [InlineData("--config a -c b", "--config is given twice")]
    [InlineData("--level redy", "--level is one of alive, ready, not \"redy\"; did you mean \"ready\"?")]
    [InlineData("a.toml b.toml", "one file is enough: \"a.toml\" and \"b.toml\"")]
    [InlineData("-- a.toml --json", "one file is enough: \"a.toml\" and \"--json\"")]
    public void A_mistake_is_named(string words, string expected)
    {
        Assert.Null(Read(words, Row, out var error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("", "COLOUR is missing; write mcp-init paint COLOUR [NAME…]")]
    [InlineData("rde", "\"rde\" is no colour; there are red, green; did you mean \"red\"?")]
    [InlineData("red a b c", "\"c\" is a word too many; write mcp-init paint COLOUR [NAME…]")]
    public void A_wrong_number_of_operands_is_named(string words, string expected)
    {
        Assert.Null(Read(words, Colours, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void A_verb_without_operands_refuses_a_word()
    {
        Assert.Null(Read("all", new VerbEntry("manual", VerbKind.Look, "manual", "…"), out var error));
        Assert.Equal("manual takes no word such as \"all\"", error);
    }

    [Fact]
    public void Operands_are_taken_in_their_order() =>
        Assert.Equal(["green", "a", "b"], Read("green a b", Colours, out _)!.Operands);

    [Fact]
    public void A_repeatable_option_keeps_every_value() =>
        Assert.Equal(["a", "b", "c"], Read("--only a -o b --only=c", Row, out _)!.Values("--only"));

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_needs_no_operand(string words) => Assert.True(Read(words, Colours, out _)!.Has("--help"));

    [Fact]
    public void The_flags_of_a_command_are_asked_for_by_its_dashes() =>
        Assert.Equal("--", Read("--", VerbTable.Find("help")!, out _)!.Operand);

    [Fact]
    public void An_option_that_the_row_does_not_have_cannot_be_asked_for() =>
        Assert.Throws<ArgumentException>(() => Read("", Row, out _)!.Has("--jsno"));

    private static VerbArguments? Read(string words, VerbEntry row, out string? error) =>
        VerbArguments.Read(words.Split(' ', StringSplitOptions.RemoveEmptyEntries), row, out error);
}
