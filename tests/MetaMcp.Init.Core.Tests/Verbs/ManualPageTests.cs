using MetaMcp.Init.Core.Verbs;

namespace MetaMcp.Init.Core.Tests.Verbs;

/// <summary>The source of the page; the end-to-end tests have groff format it.</summary>
public sealed class ManualPageTests
{
    private static readonly string Page = ManualPage.Of("1.2.3");

    [Fact]
    public void It_has_every_visible_verb_with_its_options() =>
        Assert.All(VerbTable.Visible, verb =>
        {
            Assert.Contains($".SS \"{Roff(verb.Usage)}\"", Page, StringComparison.Ordinal);
            Assert.All(verb.Options, option => Assert.Contains(
                $".TP\n.B \"{(option.Alias is null ? "" : Roff(option.Alias) + ", ")}{Roff(option.Name)}", Page, StringComparison.Ordinal));
        });

    [Fact]
    public void It_names_its_version() =>
        Assert.StartsWith(".TH \"MCP\\-INIT\" \"8\" \"\" \"mcp\\-init 1.2.3\"", Page, StringComparison.Ordinal);

    [Fact]
    public void It_is_ASCII_and_no_text_is_a_request()
    {
        Assert.All(Page, c => Assert.True(c is '\n' or (>= ' ' and <= '~'), $"U+{(int)c:X4}"));
        Assert.All(Page.Split('\n').Where(line => line.StartsWith('.')), line => Assert.Matches(@"^\.(TH|SH|SS|TP|PP|B|br)( ""|$)", line));
        Assert.DoesNotContain("\n'", Page, StringComparison.Ordinal);
    }

    private static string Roff(string text) =>
        text.Replace("-", "\\-", StringComparison.Ordinal).Replace("…", "...", StringComparison.Ordinal);
}
