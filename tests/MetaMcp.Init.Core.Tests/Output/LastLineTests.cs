using System.Text;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Tests.Output;

public sealed class LastLineTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("\n \t\r\n\n", null)]
    [InlineData("one", "one")]
    [InlineData("one\n", "one")]
    [InlineData("one\ntwo\n", "two")]
    [InlineData("one\ntwo", "two")]
    [InlineData("one\n\n  \r\n", "one")]
    [InlineData("  one  \r\n", "one")]
    [InlineData("two\n\n \n", "two")]
    public void The_last_line_with_anything_in_it_is_kept(string text, string? line)
    {
        Assert.Equal(line, Whole(text));
        Assert.Equal(line, ByteByByte(text));
    }

    [Fact]
    public void Of_a_long_line_the_beginning_is_kept()
    {
        var line = Whole("first\n" + new string('x', 100_000) + "\n");
        Assert.Equal(new string('x', LastLine.MaxLength) + "…", line);
        Assert.Equal(line, ByteByByte("first\n" + new string('x', 1000)));
        Assert.Equal(new string('x', LastLine.MaxLength), Whole(new string('x', LastLine.MaxLength)));
    }

    [Fact]
    public void A_character_is_kept_whole_or_not_at_all() =>
        Assert.Equal(new string('x', 255) + "…", Whole(new string('x', 255) + "é"));

    [Theory]
    [InlineData("a\rmcp-init | info  b: ready", "a\\rmcp-init | info  b: ready")]
    [InlineData("a\u001b[2J\u001b]0;x\u0007b", "a\\x1b[2J\\x1b]0;x\\x07b")]
    [InlineData("\u001b[31mred\u001b[0m text", "red text")]
    [InlineData("a\u2028b\u202ec", "a\\u2028b\\u202ec")]
    public void Nothing_in_it_can_end_a_line_or_change_a_terminal(string text, string line) => Assert.Equal(line, Whole(text));

    [Fact]
    public void A_line_that_becomes_longer_by_being_made_safe_is_cut_too()
    {
        var line = Whole(new string('\u0001', 256));
        Assert.NotNull(line);
        Assert.Equal(LastLine.MaxLength + 1, line.Length);
        Assert.EndsWith("…", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_shown()
    {
        var last = new LastLine();
        last.Add([0xff, 0xfe, (byte)'a']);
        Assert.Equal("\\xff\\xfea", last.Text);
    }

    private static string? Whole(string text)
    {
        var last = new LastLine();
        last.Add(Encoding.UTF8.GetBytes(text));
        return last.Text;
    }

    private static string? ByteByByte(string text)
    {
        var last = new LastLine();
        foreach (var value in Encoding.UTF8.GetBytes(text))
            last.Add([value]);
        return last.Text;
    }
}
