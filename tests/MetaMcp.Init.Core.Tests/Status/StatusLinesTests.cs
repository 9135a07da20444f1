using System.Buffers;
using System.Text;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Tests.Status;

/// <summary>PID 1 writes rows, and any version of ours reads them.</summary>
public sealed class StatusLinesTests
{
    public static TheoryData<StatusRow> Rows => [.. Sample.Rows];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_is_read_back_as_it_was_written(StatusRow row)
    {
        var line = Line(row);
        Assert.Equal((byte)'\n', line[^1]);
        Assert.DoesNotContain((byte)'\n', line[..^1]);
        var read = StatusReader.Read(line);
        // The lists of records are compared by their texts.
        Assert.Equal(Encoding.UTF8.GetString(line), Encoding.UTF8.GetString(Line(read!)));
        Assert.IsType(row.GetType(), read, exactMatch: true);
    }

    [Fact]
    public void Unknown_members_and_rows_of_a_newer_version_do_not_matter()
    {
        var row = Assert.IsType<ServerRow>(StatusReader.Read("""{"row":"server","name":"a","instances":1,"new":{"x":[1]}}"""u8));
        Assert.Equal(("a", 1, (int?)null), (row.Name, row.Instances, row.Most));
        Assert.Null(StatusReader.Read("""{"row":"weather","name":"a"}"""u8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"row":"server","instances":1}""")]
    [InlineData("""{"row":"server","name":7,"instances":1}""")]
    [InlineData("""{"row":"server","name":"a","instances":"many"}""")]
    [InlineData("""{"row":"service","name":"a","state":"sleeping"}""")]
    [InlineData("""{"row":"server","name":"a","instances":1} {}""")]
    public void A_line_that_is_no_row_is_none(string line) => Assert.Null(StatusReader.Read(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void An_answer_without_the_row_of_the_whole_is_no_document() =>
        Assert.Null(StatusDocument.From([new ServerRow { Name = "a", Instances = 1 }]));

    private static byte[] Line(StatusRow row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        StatusLines.Append(row, buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
