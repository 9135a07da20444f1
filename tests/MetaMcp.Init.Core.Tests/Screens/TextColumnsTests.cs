using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Status;

namespace MetaMcp.Init.Core.Tests.Screens;

public sealed class TextColumnsTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("plain", 5)]
    [InlineData("ünïcödé", 7)]
    [InlineData("日本語", 6)]
    [InlineData("한국어", 6)]
    [InlineData("ｆｕｌｌ", 8)]
    [InlineData("🦀🚀", 4)]
    [InlineData("e\u0301", 1)]
    [InlineData("a\u200bb\u200d", 2)]
    [InlineData("●◐○✖▲–…·▕█▏├─", 13)]
    [InlineData("𠀀", 2)]
    [InlineData("สวัสดี", 4)]
    public void Columns_are_counted_and_not_units(string text, int columns) => Assert.Equal(columns, TextColumns.Of(text));

    [Theory]
    [InlineData("plain", 5, "plain")]
    [InlineData("plain", 4, "pla…")]
    [InlineData("日本語", 5, "日本…")]
    [InlineData("日本語", 4, "日…")]
    [InlineData("日本語", 6, "日本語")]
    [InlineData("🦀🚀", 3, "🦀…")]
    [InlineData("two words", 5, "two…")]
    [InlineData("plain", 1, "…")]
    [InlineData("plain", 0, "")]
    public void A_cut_text_has_at_most_so_many_columns(string text, int columns, string cut)
    {
        Assert.Equal(cut, TextColumns.Cut(text, columns, '…'));
        Assert.InRange(TextColumns.Of(cut), 0, columns);
    }

    [Fact]
    public void Half_of_a_character_takes_a_column() => Assert.Equal(2, TextColumns.Of("a\ud800"));

    [Fact]
    public void Wide_characters_do_not_break_the_columns_of_a_table()
    {
        var services = Sample.Document.Services.Select((row, at) => row with
        {
            Name = at == 1 ? "日本語サーバー" : at == 2 ? "crab 🦀" : row.Name,
        });
        var lines = StatusScreen.Draw(Sample.Document with { Services = [.. services] }, new ScreenStyle(80)).Split('\n');
        int ColumnOf(string front, string word)
        {
            var line = lines.First(line => line.StartsWith(front, StringComparison.Ordinal));
            return TextColumns.Of(line.AsSpan(0, line.IndexOf(word, StringComparison.Ordinal)));
        }

        Assert.Equal(ColumnOf("  SERVICE", "STATE"), ColumnOf("● 日本語", "ready"));
        Assert.Equal(ColumnOf("  SERVICE", "STATE"), ColumnOf("✖ crab", "open"));
        Assert.Equal(ColumnOf("  SERVICE", "STATE"), ColumnOf("○ report", "stopped"));
        var row = LogLines.Draw(new LogRow(1, 0, "日本語", LogStream.Stdout, new string('語', 60)), new ScreenStyle(80));
        Assert.StartsWith("00:00:00.000 日本語             | 語", row, StringComparison.Ordinal);
        Assert.InRange(TextColumns.Of(row), 79, 80);
    }
}
