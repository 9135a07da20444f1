using CsCheck;
using MetaMcp.Init.Core.Exec;

namespace MetaMcp.Init.Core.Tests.Exec;

/// <summary>
/// The expected values for Compose and systemd follow their sources: compose-go's dotenv/parser.go, systemd's env-file.c.
/// </summary>
public sealed class EnvironmentFileTests
{
    [Theory]
    [InlineData("A=b", "A=b")]
    [InlineData("A=", "A=")]
    [InlineData("A=\"\"", "A=")]
    [InlineData("  A=b c  \r\n", "A=b c")]
    [InlineData("A = b", "A=b")]
    [InlineData("_a1=b=c", "_a1=b=c")]
    [InlineData("A=b#c;d", "A=b#c;d")]
    [InlineData("A=#fff", "A=#fff")]
    [InlineData("A=it's \"so\"", "A=it's \"so\"")]
    [InlineData("A=\"b # c\"", "A=b # c")]
    [InlineData("A=\"b # c\"  \r\n", "A=b # c")]
    [InlineData("A='b \\\" $c `d` \\n'", "A=b \\\" $c `d` \\n")]
    [InlineData("A='b\\\\'", "A=b\\\\")]
    [InlineData("A=\"b \\\" \\$c \\\\ \\d 'e'\"", "A=b \" $c \\ \\d 'e'")]
    [InlineData("A=\"one\ntwo\"\n", "A=one\ntwo")]
    [InlineData("A='one\n\n# two\n'\n", "A=one\n\n# two\n")]
    [InlineData("\uFEFFA=b", "A=b")]
    [InlineData("\u00EF\u00BB\u00BFA=b", "A=b")]
    public void Text_that_Compose_and_systemd_read_alike_is_read(string text, string entry)
    {
        Assert.Equal<string>([entry], EnvironmentFile.Read(text, out var problem));
        Assert.Null(problem);
    }

    [Fact]
    public void Comments_and_empty_lines_are_passed_over() =>
        Assert.Equal<string>(["A=1", "B=2"], EnvironmentFile.Read("# one\n\n\t\r\nA=1\n  # three\nB=2\n", out _));

    [Theory]
    [InlineData("A=1\nnonsense\n", 2, "no \"=\"")]
    [InlineData("=1", 1, "a name is")]
    [InlineData("\n\nA B=1", 3, "a name is")]
    [InlineData("1A=1", 1, "a name is")]
    [InlineData("a.b-c=1", 1, "a name is")]
    [InlineData("\"A\"=1", 1, "a name is")]
    [InlineData("export A=1", 1, "leave \"export\" out")]
    [InlineData("A=1\n; B=2", 2, "begins with #")]
    [InlineData("A=1\0", 1, "NUL")]
    [InlineData("A='1\0'", 1, "NUL")]
    [InlineData("A=v # note", 1, "a comment behind a value")]
    [InlineData("A= # note", 1, "a comment behind a value")]
    [InlineData("A=\"v\" # note", 1, "behind the closing quote")]
    [InlineData("A=\"v\"w", 1, "behind the closing quote")]
    [InlineData("A='v' 'w'", 1, "behind the closing quote")]
    [InlineData("A=$B", 1, "nothing is expanded")]
    [InlineData("A=\"${B}\"", 1, "nothing is expanded")]
    [InlineData("A=$$", 1, "nothing is expanded")]
    [InlineData("A=b\\c", 1, "a backslash outside of quotes")]
    [InlineData("A=\"b\\n\"", 1, "after a backslash")]
    [InlineData("A=\"b\\`\"", 1, "after a backslash")]
    [InlineData("A=\"b\\\nc\"", 1, "after a backslash")]
    [InlineData("A='b\\'c'", 1, "\\' does not mean the same")]
    [InlineData("A=b\rc", 1, "carriage return")]
    [InlineData("A=\"b\r\nc\"", 1, "carriage return")]
    [InlineData("A=\"", 1, "not closed")]
    [InlineData("A=\"1\n2\n3\"\nB='4\n5\n", 4, "not closed")]
    [InlineData("A=\"1\n2\n3\"\nB=4\nC", 5, "no \"=\"")]
    public void Text_that_Compose_and_systemd_read_differently_is_an_error_with_its_line(string text, int line, string reason)
    {
        Assert.Empty(EnvironmentFile.Read(text, out var problem));
        Assert.Equal(line, problem!.Line);
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
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

    [Fact]
    public void Quoted_text_comes_back_as_it_was() =>
        Gen.String[Gen.Char["ab \n#;='$`"], 0, 20].Where(s => !s.Contains('\'', StringComparison.Ordinal)).Sample(value =>
            Assert.Equal([$"A={value}", "B=1"], EnvironmentFile.Read($"A='{value}'\nB=1", out _)));
}
