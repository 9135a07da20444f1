using MetaMcp.Init.Verbs;

namespace MetaMcp.Init.Tests.Verbs;

public sealed class VerbArgumentsTests
{
    private static readonly string[] Flags = ["--json", "--dot"];
    private static readonly string[] Valued = ["--config"];

    [Theory]
    [InlineData("", null, null, false)]
    [InlineData("a.toml", "a.toml", null, false)]
    [InlineData("--json a.toml", "a.toml", null, true)]
    [InlineData("a.toml --json", "a.toml", null, true)]
    [InlineData("--config b.toml --json", null, "b.toml", true)]
    [InlineData("--config=b=c.toml", null, "b=c.toml", false)]
    [InlineData("--config --json", null, "--json", false)]
    [InlineData("--json -- --dot", "--dot", null, true)]
    [InlineData("-", "-", null, false)]
    public void Options_may_stand_anywhere(string words, string? operand, string? config, bool json)
    {
        var given = Read(words, out var error);
        Assert.Null(error);
        Assert.Equal((operand, config, json, false), (given!.Operand, given.Value("--config"), given.Has("--json"), given.Has("--dot")));
    }

    [Theory]
    [InlineData("--jsno", "unknown option \"--jsno\"; did you mean \"--json\"?")]
    [InlineData("--jsno=1", "unknown option \"--jsno\"; did you mean \"--json\"?")]
    [InlineData("-x", "unknown option \"-x\"")]
    [InlineData("--config", "--config needs a value")]
    [InlineData("--config=", "--config needs a value")]
    [InlineData("--json=yes", "--json takes no value")]
    [InlineData("--json --json", "--json is given twice")]
    [InlineData("a.toml b.toml", "one file is enough: \"a.toml\" and \"b.toml\"")]
    [InlineData("-- a.toml --json", "one file is enough: \"a.toml\" and \"--json\"")]
    public void A_mistake_is_named(string words, string expected)
    {
        Assert.Null(Read(words, out var error));
        Assert.Equal(expected, error);
    }

    private static VerbArguments? Read(string words, out string? error) =>
        VerbArguments.Read(words.Split(' ', StringSplitOptions.RemoveEmptyEntries), Flags, Valued, out error);
}
