using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Tests.Output;

public sealed class LineFormatTests
{
    private static readonly DateTime Noon = new(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void The_names_stand_in_one_column()
    {
        Assert.Equal("api      | hello\n", Format(new PrefixFormat("api", 8), "hello"));
        Assert.Equal("mcp-init | hello\n", Format(new PrefixFormat("mcp-init", 8), "hello"));
    }

    [Fact]
    public void A_piece_that_continues_a_line_is_marked_where_the_service_cannot_write()
    {
        var format = new PrefixFormat("api", 3);
        Assert.Equal("api | a\n", Format(format, "a", LinePart.First));
        Assert.Equal("api + b\n", Format(format, "b", LinePart.Middle));
        Assert.Equal("api + c\n", Format(format, "c", LinePart.Last));
    }

    [Fact]
    public void A_carriage_return_before_the_newline_is_the_end_of_the_line_too()
    {
        Assert.Equal("api | a\n", Format(new PrefixFormat("api", 3), "a\r"));
        Assert.Equal("api | a\\r\n", Format(new PrefixFormat("api", 3), "a\r", LinePart.First));
    }

    [Fact]
    public void A_line_of_json_has_the_time_the_service_the_stream_and_the_text()
    {
        var format = new JsonFormat("back\"end", OutputStream.Stderr);
        Assert.Equal(
            """{"time":"2026-01-31T12:00:00.0000000Z","service":"back\"end","stream":"stderr","line":"say \"\\\" \u001b[1m é"}""" + "\n",
            Format(format, "say \"\\\" \e[1m é"));
    }

    [Fact]
    public void Pieces_of_a_line_are_partial_but_for_the_last()
    {
        var format = new JsonFormat("api", OutputStream.Stdout);
        Assert.EndsWith("\"line\":\"a\",\"partial\":true}\n", Format(format, "a", LinePart.First), StringComparison.Ordinal);
        Assert.EndsWith("\"line\":\"b\",\"partial\":true}\n", Format(format, "b", LinePart.Middle), StringComparison.Ordinal);
        Assert.EndsWith("\"line\":\"c\"}\n", Format(format, "c", LinePart.Last), StringComparison.Ordinal);
    }

    [Fact]
    public void The_time_is_the_time() =>
        Gen.DateTime.Sample(time =>
        {
            var shown = new ArrayBufferWriter<byte>();
            LineTime.OfUtc(DateTime.SpecifyKind(time, DateTimeKind.Utc)).AppendPrecisely(shown);
            Assert.Equal(DateTime.SpecifyKind(time, DateTimeKind.Utc).ToString("O"), Encoding.ASCII.GetString(shown.WrittenSpan));
        });

    [Fact]
    public void Whatever_is_written_is_one_line_in_either_format() =>
        Gen.Byte.Array[0, 200].Sample(written =>
        {
            foreach (var format in (LineFormat[])[new PrefixFormat("api", 3), new JsonFormat("api", OutputStream.Stdout)])
            {
                var shown = Append(format, written, LinePart.Whole);
                Assert.Equal(1, shown.AsSpan().Count((byte)'\n'));
                Assert.Equal((byte)'\n', shown[^1]);
            }
            Assert.True(Append(new PrefixFormat("api", 3), written, LinePart.Whole).AsSpan().StartsWith("api | "u8));
        });

    [Fact]
    public void A_reader_of_the_json_gets_the_text_that_was_written() =>
        Gen.Byte.Array[0, 200].Sample(written =>
        {
            var shown = Append(new JsonFormat("api", OutputStream.Stdout), written, LinePart.First);
            using var json = JsonDocument.Parse(shown);
            Assert.Equal(Encoding.UTF8.GetString(written), json.RootElement.GetProperty("line").GetString());
        }, iter: 20_000);

    [Fact]
    public void Text_of_the_program_itself_is_escaped_like_a_services() =>
        Gen.String.Sample(text =>
        {
            var shown = new ArrayBufferWriter<byte>();
            shown.Write("\""u8);
            JsonText.Append(text.AsSpan(), shown);
            shown.Write("\""u8);
            using var json = JsonDocument.Parse(shown.WrittenMemory);
            Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), json.RootElement.GetString());
        });

    private static string Format(LineFormat format, string text, LinePart part = LinePart.Whole) =>
        Encoding.UTF8.GetString(Append(format, Encoding.UTF8.GetBytes(text), part));

    private static byte[] Append(LineFormat format, byte[] text, LinePart part)
    {
        var shown = new ArrayBufferWriter<byte>();
        format.Append(new OutputLine(text, part), format.NeedsUtc ? LineTime.OfUtc(Noon) : LineTime.None, shown);
        return shown.WrittenSpan.ToArray();
    }
}
