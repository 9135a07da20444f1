using System.Text;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.Tests.Probing;

public sealed class RpcMessageTests
{
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"result":{}}""", RpcKind.Result)]
    [InlineData(""" { "result" : { "a" : [ 1, { "id" : 8 } ] } , "id" : 7 } """, RpcKind.Result)]
    [InlineData("""{"id":7,"result":{"text":"}\"{ \\"},"error":null}""", RpcKind.Result)]
    [InlineData("""{"id":7,"error":{"code":-32601,"message":"x"},"result":null}""", RpcKind.Error)]
    [InlineData("""{"id":null,"error":{"code":-32000,"message":"x"}}""", RpcKind.Error)]
    [InlineData("""{"error":{}}""", RpcKind.Error)]
    [InlineData("""{"id":"7","result":{}}""", RpcKind.Other)]
    [InlineData("""{"id":8,"result":{}}""", RpcKind.Other)]
    [InlineData("""{"id":7.0,"result":{}}""", RpcKind.Other)]
    [InlineData("""{"id":99999999999999999999,"result":{}}""", RpcKind.Other)]
    [InlineData("""{"id":8,"error":{"code":1}}""", RpcKind.Other)]
    [InlineData("""{"id":null,"result":{}}""", RpcKind.Other)]
    [InlineData("""{"id":7,"result":null}""", RpcKind.Other)]
    [InlineData("""{"id":7,"result":true}""", RpcKind.Other)]
    [InlineData("""{"id":7,"result":{},"error":{"code":1}}""", RpcKind.Other)]
    [InlineData("""{"id":7,"method":"ping","result":{}}""", RpcKind.Other)]
    [InlineData("""{"method":"notifications/message","params":{"id":7,"result":{}}}""", RpcKind.Other)]
    [InlineData("{}", RpcKind.Other)]
    [InlineData("", RpcKind.Malformed)]
    [InlineData("[]", RpcKind.Malformed)]
    [InlineData("null", RpcKind.Malformed)]
    [InlineData("""{"id":7,"result":{}""", RpcKind.Malformed)]
    [InlineData("""{"id":7,"result":{}}}""", RpcKind.Malformed)]
    [InlineData("""{"id":7,"result":{}},""", RpcKind.Malformed)]
    [InlineData("""{"id":7,,"result":{}}""", RpcKind.Malformed)]
    [InlineData("""{"id":7 "result":{}}""", RpcKind.Malformed)]
    [InlineData("""{"id","result":{}}""", RpcKind.Malformed)]
    [InlineData("""{"id":,"result":{}}""", RpcKind.Malformed)]
    [InlineData("""{id:7,"result":{}}""", RpcKind.Malformed)]
    [InlineData("""{"id":7,"result":{"a":"}}""", RpcKind.Malformed)]
    [InlineData("""{"id":7,"result":{"a":"\"}}""", RpcKind.Malformed)]
    public void A_message_is_what_its_members_make_it(string json, RpcKind kind) => Assert.Equal(kind, Parse(json).Kind);

    [Fact]
    public void Depth_costs_nothing()
    {
        var deep = new string('[', 400_000) + new string(']', 400_000);
        Assert.Equal(RpcKind.Result, Parse($$$"""{"id":7,"result":{"a":{{{deep}}}}}""").Kind);
        Assert.Equal(RpcKind.Malformed, Parse(new string('[', 1_000_000)).Kind);
        Assert.Equal(RpcKind.Malformed, Parse("""{"a":""" + new string('{', 1_000_000)).Kind);
    }

    [Fact]
    public void Every_beginning_of_a_message_is_malformed()
    {
        const string json = """{"jsonrpc":"2.0","id":7,"result":{"a":["b\"",-1.5e3,true]}}""";
        for (var length = 0; length < json.Length; length++)
            Assert.Equal(RpcKind.Malformed, Parse(json[..length]).Kind);
    }

    [Fact]
    public void An_error_is_shown_in_one_printable_line()
    {
        var error = Parse("{\"id\":7,\"error\":{\"code\":-32000,\"message\":\"a\u001b[31m\nü" + new string('x', 500) + "\"}}");
        Assert.Equal(-32000, error.Code);
        Assert.StartsWith("a?[31m???x", error.Text, StringComparison.Ordinal);
        Assert.InRange(error.Text.Length, 100, 200);
    }

    [Theory]
    [InlineData("\"2025-06-18\"", "2025-06-18")]
    [InlineData("20250618", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"2025\r\nX: y\"", null)]
    [InlineData("\"0123456789012345678901234567890123456789\"", null)]
    public void The_version_agreed_on_is_one_that_a_header_can_carry(string version, string? expected) =>
        Assert.Equal(expected, Parse($$"""{"id":7,"result":{"protocolVersion":{{version}},"capabilities":{} } }""").ProtocolVersion);

    private static RpcMessage Parse(string json) => RpcMessage.Parse(Encoding.UTF8.GetBytes(json), 7);
}
