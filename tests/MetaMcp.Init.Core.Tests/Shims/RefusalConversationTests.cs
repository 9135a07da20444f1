using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Shims;

namespace MetaMcp.Init.Core.Tests.Shims;

public sealed class RefusalConversationTests
{
    private static readonly InitFrame.Refused Refusal = new(
        RefusalCode.Limit, "memory has 3 instances, as many as it may have.", ["mcp-1-3 (memory, pid 12, 5m)"]);

    /// <summary>The first requests of clients of each version of the protocol.</summary>
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2024-11-05"}}""", "0")]
    [InlineData("""{"jsonrpc":"2.0","id":"a-1","method":"initialize","params":{"protocolVersion":"2025-03-26"}}""", "\"a-1\"")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}""", "1")]
    [InlineData("""{"method":"initialize","params":{"protocolVersion":"2025-11-25"},"jsonrpc":"2.0","id":1}""", "1")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"server/discover","params":{"_meta":{"id":3,"method":"x"}}}""", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":8,"method":"tools/list"}""", "8")]
    [InlineData(""" { "id" : -12.5e3 , "method" : "ping" } """, "-12.5e3")]
    [InlineData("""{"id":"\"}\\","method":"ping"}""", "\"\\\"}\\\\\"")]
    [InlineData("""{"id":1,"id":2,"method":"ping"}""", "2")]
    public void A_request_is_answered_with_the_reason_and_its_own_id(string request, string id)
    {
        using var answer = JsonDocument.Parse(Assert.Single(Answers(request + "\n")));
        Assert.Equal("2.0", answer.RootElement.GetProperty("jsonrpc").GetString());
        Assert.Equal(id, answer.RootElement.GetProperty("id").GetRawText());
        var error = answer.RootElement.GetProperty("error");
        Assert.Equal(-32000, error.GetProperty("code").GetInt32());
        Assert.Equal(Refusal.Reason, error.GetProperty("message").GetString());
        Assert.Equal("limit", error.GetProperty("data").GetProperty("code").GetString());
        Assert.Equal("mcp-1-3 (memory, pid 12, 5m)", error.GetProperty("data").GetProperty("holders")[0].GetString());
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/initialized"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"odd"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":true,"method":"odd"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":{"id":1},"method":"odd"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":[1],"method":"odd"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":3,"result":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"x"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":3,"method":7}""")]
    [InlineData("""{"params":{"id":3,"method":"x"}}""")]
    [InlineData("""{"id":3,"method":"cut""")]
    [InlineData("""[[{"id":3,"method":"x"}]]""")]
    [InlineData("[]")]
    [InlineData("}]{")]
    [InlineData("noise \u0001")]
    [InlineData("")]
    public void Nothing_else_is_answered_and_the_next_request_is(string line)
    {
        Assert.Empty(Answers(line + "\n"));
        Assert.Equal("9", IdOf(Assert.Single(Answers(line + "\n" + """{"id":9,"method":"ping"}""" + "\n"))));
    }

    [Theory]
    [InlineData("yes\n", false, true)]
    [InlineData("y", false, false)]
    [InlineData("\n \r\n", false, false)]
    [InlineData("{}\n", false, true)]
    [InlineData("""{"name":{"id":1,"method":"x"}}""" + "\n", false, true)]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/initialized"}""" + "\n", false, false)]
    [InlineData("""{"jsonrpc":"2.0","id":3,"result":{}}""" + "\r\n", false, false)]
    [InlineData("""{"jsonrpc":"2.0","id":3,"method":"ping"}""", true, false)]
    [InlineData("""[{"jsonrpc":"2.0","id":3,"method":"ping"}]""" + "\n", true, false)]
    [InlineData("""{"id":3,"method":"ping"}""" + "\nnoise\n", true, true)]
    public void A_client_of_MCP_is_known_by_a_request_and_another_by_its_line(string input, bool hasRequest, bool hasForeignLine)
    {
        var conversation = new RefusalConversation(Refusal);
        var answer = new ArrayBufferWriter<byte>();
        var bytes = Encoding.UTF8.GetBytes(input);
        for (var at = 0; at < bytes.Length;)
            at += conversation.Take(bytes.AsSpan(at), answer);
        Assert.Equal((hasRequest, hasForeignLine), (conversation.HasRequest, conversation.HasForeignLine));
    }

    [Fact]
    public void A_batch_is_answered_by_a_batch()
    {
        var batch = """[{"id":1,"method":"ping"},{"method":"notifications/x"},{"id":"b","method":"tools/list"}]""";
        using var answer = JsonDocument.Parse(Assert.Single(Answers(batch + "\n")));
        Assert.Equal(["1", "\"b\""], answer.RootElement.EnumerateArray().Select(e => e.GetProperty("id").GetRawText()));
    }

    [Fact]
    public void A_batch_of_notifications_is_not_answered() =>
        Assert.Empty(Answers("""[{"method":"notifications/x"},{"method":"notifications/y"}]""" + "\n"));

    [Fact]
    public void A_batch_that_breaks_off_is_closed_all_the_same()
    {
        var answers = Answers("""[{"id":1,"method":"ping"},{"id":2""" + "\n" + """{"id":3,"method":"ping"}""" + "\n");
        Assert.Equal(2, answers.Count);
        using var batch = JsonDocument.Parse(answers[0]);
        Assert.Equal(1, batch.RootElement.GetArrayLength());
        Assert.Equal("3", IdOf(answers[1]));
    }

    [Fact]
    public void A_request_of_ten_megabytes_is_answered_and_none_of_it_is_kept()
    {
        var conversation = new RefusalConversation(Refusal);
        var answer = new ArrayBufferWriter<byte>();
        var filler = Encoding.UTF8.GetBytes(new string('x', 1 << 16));
        Feed(conversation, """{"params":{"text":" """u8, answer);
        Feed(conversation, filler, answer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 160; i++)
            Feed(conversation, filler, answer);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Feed(conversation, "\"},\"id\":4,\"method\":\"tools/call\"}\n"u8, answer);
        Assert.Equal("4", IdOf(Encoding.UTF8.GetString(answer.WrittenSpan)));
    }

    [Fact]
    public void The_pieces_in_which_the_input_comes_do_not_matter()
    {
        string[] lines = ["""[{"id":1,"method":"ping"}]""", """{"id":"zwei ü \" ","method":"m"}""", "noise", """{"id":3,"method":"m"}"""];
        var input = string.Join('\n', lines);
        var whole = Answers(input);
        Assert.Equal(3, whole.Count);
        var conversation = new RefusalConversation(Refusal);
        var answer = new ArrayBufferWriter<byte>();
        foreach (var one in Encoding.UTF8.GetBytes(input))
            Feed(conversation, [one], answer);
        Assert.Equal(whole, Lines(answer));
    }

    [Fact]
    public void The_last_request_needs_no_line_end() => Assert.Equal("5", IdOf(Assert.Single(Answers("""{"id":5,"method":"ping"}"""))));

    [Fact]
    public void Each_call_takes_one_request_so_that_its_answer_can_be_written_first()
    {
        var conversation = new RefusalConversation(Refusal);
        var answer = new ArrayBufferWriter<byte>();
        var input = Encoding.UTF8.GetBytes("""{"id":1,"method":"a"}""" + "\n" + """{"id":2,"method":"a"}""" + "\n");
        Assert.Equal("""{"id":1,"method":"a"}""".Length, conversation.Take(input, answer));
        _ = Assert.Single(Lines(answer));
    }

    [Fact]
    public void An_id_beyond_measure_is_passed_over_and_its_request_too()
    {
        var id = new string('7', RequestScanner.MostOfId);
        Assert.Equal(id, IdOf(Assert.Single(Answers($$"""{"id":{{id}},"method":"a"}"""))));
        Assert.Empty(Answers($$"""{"id":{{id}}7,"method":"a"}"""));
    }

    [Fact]
    public void A_million_levels_of_brackets_do_no_harm()
    {
        var deep = "{\"id\":1,\"method\":\"a\",\"params\":" + new string('[', 1_000_000) + new string(']', 1_000_000) + "}\n";
        Assert.Equal("1", IdOf(Assert.Single(Answers(deep))));
    }

    [Fact]
    public void A_person_is_told_the_reason_and_the_holders()
    {
        Assert.Equal(
            "memory is not started: memory has 3 instances, as many as it may have. Held by: mcp-1-3 (memory, pid 12, 5m).",
            RefusalText.Line("memory", Refusal));
        Assert.Equal(
            "memory is not started: memory has 3 instances, as many as it may have.\nHeld by:\n  mcp-1-3 (memory, pid 12, 5m)",
            RefusalText.Page("memory", Refusal));
    }

    [Fact]
    public void A_reason_without_a_period_gets_one() =>
        Assert.StartsWith(
            "x is not started: EAGAIN. Try again", RefusalText.Line("x", new InitFrame.Refused(RefusalCode.Shortage, "EAGAIN", [])),
            StringComparison.Ordinal);

    /// <summary>The reason of the others has one in it, since only PID 1 knows the limit, or the rule that was broken.</summary>
    [Theory]
    [InlineData(RefusalCode.Unknown)]
    [InlineData(RefusalCode.Forbidden)]
    [InlineData(RefusalCode.Shortage)]
    [InlineData(RefusalCode.Stopping)]
    public void A_code_has_a_way_out(RefusalCode code) =>
        Assert.Equal(2, RefusalText.Page("x", new InitFrame.Refused(code, "No.", [])).Split('\n').Count(l => l.Length > 0));

    private static List<string> Answers(string input)
    {
        var answer = new ArrayBufferWriter<byte>();
        Feed(new RefusalConversation(Refusal), Encoding.UTF8.GetBytes(input), answer);
        return Lines(answer);
    }

    private static void Feed(RefusalConversation conversation, ReadOnlySpan<byte> input, ArrayBufferWriter<byte> answer)
    {
        while (!input.IsEmpty)
            input = input[conversation.Take(input, answer)..];
    }

    private static List<string> Lines(ArrayBufferWriter<byte> answer)
    {
        var text = Encoding.UTF8.GetString(answer.WrittenSpan);
        Assert.True(text.Length == 0 || text.EndsWith('\n'), string.Create(CultureInfo.InvariantCulture, $"no line end after: {text}"));
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static string IdOf(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.GetProperty("id").GetRawText();
    }
}
