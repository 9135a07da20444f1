using MetaMcp.Init.Core.Verbs;

namespace MetaMcp.Init.Core.Tests.Verbs;

public sealed class HelpPageTests
{
    private static IEnumerable<string> Pages => [HelpPage.OfAll(), .. VerbTable.All.Select(HelpPage.Of)];

    [Fact]
    public void A_page_has_every_option_with_its_value_and_meaning() =>
        Assert.All(VerbTable.All, verb => Assert.All(verb.Options, option =>
        {
            var page = HelpPage.Of(verb);
            Assert.Contains($" {option.Name}{(option.Value is null ? "" : " " + option.Value)}", page, StringComparison.Ordinal);
            // A meaning may be broken into lines.
            Assert.Contains(Joined(option.Meaning), Joined(page), StringComparison.Ordinal);
        }));

    [Fact]
    public void A_page_has_every_exit_code_and_form() =>
        Assert.All(VerbTable.Visible, verb =>
        {
            var page = Joined(HelpPage.Of(verb));
            Assert.All(verb.Exits, exit => Assert.Contains(Joined($"{exit.Code} {exit.Meaning}"), page, StringComparison.Ordinal));
            Assert.All(verb.Forms, form =>
                Assert.Contains(Joined($"mcp-init {form.Words} {form.Meaning}"), page, StringComparison.Ordinal));
        });

    [Fact]
    public void The_list_has_every_visible_verb_and_no_other()
    {
        var page = Joined(HelpPage.OfAll());
        Assert.All(VerbTable.Visible, verb =>
            Assert.Contains(Joined($"mcp-init {verb.Usage} {verb.Summary}"), page, StringComparison.Ordinal));
        Assert.All(VerbTable.All.Except(VerbTable.Visible), verb =>
            Assert.DoesNotContain($"mcp-init {verb.Name}", page, StringComparison.Ordinal));
    }

    [Fact]
    public void No_line_has_more_than_120_columns_or_blanks_at_its_end() =>
        Assert.All(Pages.SelectMany(page => page.Split('\n')), line =>
        {
            Assert.True(line.Length <= 120, line);
            Assert.Equal(line.TrimEnd(), line);
        });

    [Fact]
    public void A_page_ends_with_one_newline() => Assert.All(Pages, page => Assert.Matches(@"[^\n]\n\z", page));

    [Fact]
    public void Columns_are_aligned() =>
        Assert.Equal(
            """
            mcp-init show: show a file.

            usage:
              mcp-init show [FILE]

              --json         as JSON
              -n, --lines N  the last ones; repeatable
              --a-very-long-option-of-some-forty-columns VALUE
                             the text stands on the next line and is broken into lines that begin below its first word, so that it
                             can be read

            exit codes: 0 shown; 1

            """,
            HelpPage.Of(new VerbEntry("show", VerbKind.Look, "show [FILE]", "show a file")
            {
                Options =
                [
                    new("--json", null, "as JSON"),
                    new("--lines", "N", "the last ones") { Alias = "-n", Repeatable = true },
                    new(
                        "--a-very-long-option-of-some-forty-columns", "VALUE",
                        "the text stands on the next line and is broken into lines that begin below its first word, so that it can " +
                        "be read"),
                ],
                Exits = [new("0", "shown"), new("1", "")],
            }));

    private static string Joined(string text) =>
        string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
