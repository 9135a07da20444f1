using CsCheck;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Tests.Planning;

public sealed class EnvironmentFileTests
{
    [Theory]
    [InlineData("A=b", "A=b")]
    [InlineData("A=", "A=")]
    [InlineData("  A=b c  \r", "A=b c")]
    [InlineData("export A=b", "A=b")]
    [InlineData("A=\"b # c\"", "A=b # c")]
    [InlineData("A='b \\\" c'", "A=b \\\" c")]
    [InlineData("A=\"b \\\" \\$c \\n\"", "A=b \" $c \\n")]
    [InlineData("A=b=c", "A=b=c")]
    [InlineData("A=$B", "A=$B")]
    [InlineData("A=\"", "A=\"")]
    [InlineData("a.b-c=1", "a.b-c=1")]
    public void A_line_is_read_as_people_mean_it(string line, string entry)
    {
        Assert.Equal<string>([entry], EnvironmentFile.Read(line, out var badLine));
        Assert.Equal(0, badLine);
    }

    [Fact]
    public void Comments_and_empty_lines_are_passed_over() =>
        Assert.Equal<string>(["A=1", "B=2"], EnvironmentFile.Read("# one\n\n; two\nA=1\n  # three\nB=2\n", out _));

    [Theory]
    [InlineData("A=1\nnonsense\n", 2)]
    [InlineData("=1", 1)]
    [InlineData("\n\nA B=1", 3)]
    [InlineData("A=1\0", 1)]
    [InlineData("\"A\"=1", 1)]
    public void The_first_line_that_is_none_is_named(string text, int line)
    {
        Assert.Empty(EnvironmentFile.Read(text, out var badLine));
        Assert.Equal(line, badLine);
    }

    [Fact]
    public void Whatever_is_read_is_a_name_and_a_value_without_zero_bytes() => Gen.String.Sample(text =>
    {
        Assert.All(EnvironmentFile.Read(text, out _), entry =>
        {
            Assert.True(entry.IndexOf('=', StringComparison.Ordinal) > 0);
            Assert.DoesNotContain('\0', entry);
        });
    });
}
