using System.Buffers;
using System.Text;
using System.Text.Json;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Tests.Output;

public sealed class JsonWriterTests
{
    [Fact]
    public void A_document_is_indented_as_people_do()
    {
        const string Expected =
            """
            {
              "name": "a \"b\"\n",
              "count": -3,
              "ratio": 0.1,
              "on": true,
              "none": [],
              "empty": {},
              "rows": [
                [
                  "x",
                  "y"
                ],
                {
                  "off": false
                }
              ]
            }
            """;
        Assert.Equal(Expected, Text(Write));
    }

    [Fact]
    public void A_parser_reads_what_the_writer_was_given()
    {
        using var document = JsonDocument.Parse(Text(Write));
        Assert.Equal("a \"b\"\n", document.RootElement.GetProperty("name").GetString());
        Assert.Equal(0.1, document.RootElement.GetProperty("ratio").GetDouble());
        Assert.False(document.RootElement.GetProperty("rows")[1].GetProperty("off").GetBoolean());
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_value_that_is_no_number_is_refused(double value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Text(json => json.WriteNumber("x", value)));

    private static void Write(JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", "a \"b\"\n");
        json.WriteNumber("count", -3);
        json.WriteNumber("ratio", 0.1);
        json.WriteBoolean("on", true);
        json.WriteStartArray("none");
        json.WriteEndArray();
        json.WriteStartObject("empty");
        json.WriteEndObject();
        json.WriteStartArray("rows");
        json.WriteStartArray();
        json.WriteStringValue("x");
        json.WriteStringValue("y");
        json.WriteEndArray();
        json.WriteStartObject();
        json.WriteBoolean("off", false);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Text(Action<JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        write(new JsonWriter(bytes));
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
