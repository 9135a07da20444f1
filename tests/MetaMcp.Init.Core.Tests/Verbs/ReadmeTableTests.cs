using MetaMcp.Init.Core.Verbs;

namespace MetaMcp.Init.Core.Tests.Verbs;

[Collection("README.md")]
public sealed class ReadmeTableTests
{
    private static string Readme => Path.Combine(ArchitectureTests.Root, "README.md");

    /// <summary>With MCP_INIT_RENEW=1 the README is written anew in place of the comparison.</summary>
    [Fact]
    public void The_README_has_the_table_of_verbs()
    {
        var written = File.ReadAllText(Readme);
        var renewed = ReadmeTable.Renewed(written);
        Assert.True(renewed is not null, "README.md lacks the two comments around the table of verbs (ReadmeTable.cs)");
        if (Environment.GetEnvironmentVariable("MCP_INIT_RENEW") == "1" && renewed != written)
            File.WriteAllText(Readme, renewed);
        else
            Assert.True(renewed == written, "README.md has another table of verbs than VerbTable; MCP_INIT_RENEW=1 make check writes it");
    }

    [Fact]
    public void The_README_explains_the_columns_of_ps_as_its_help_does()
    {
        var words = VerbTable.Find("ps")!.Paragraphs[0];
        Assert.Contains(words, File.ReadAllText(Readme).Replace('\n', ' '), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_text_between_the_comments_changes()
    {
        const string before = "# Title\n\n";
        const string after = "\nThe rest.\n";
        var renewed = ReadmeTable.Renewed(before + ReadmeTable.Begin + "| old |\n" + ReadmeTable.End + after)!;
        Assert.Equal($"{before}{ReadmeTable.Begin}\n{ReadmeTable.Text()}\n{ReadmeTable.End}{after}", renewed);
        Assert.Equal(renewed, ReadmeTable.Renewed(renewed));
    }

    [Fact]
    public void Without_the_comments_nothing_is_written()
    {
        Assert.Null(ReadmeTable.Renewed("# Title\n"));
        Assert.Null(ReadmeTable.Renewed(ReadmeTable.End + ReadmeTable.Begin));
    }

    [Fact]
    public void Each_visible_verb_is_a_row_of_three_cells()
    {
        var rows = ReadmeTable.Text().Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..];
        Assert.Equal(VerbTable.Visible.Length, rows.Length);
        Assert.All(rows, row => Assert.Equal(4, row.Replace("\\|", "", StringComparison.Ordinal).Count(c => c == '|')));
    }
}
