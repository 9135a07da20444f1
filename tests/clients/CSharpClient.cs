// usage: csharp-client COMMAND [ARGUMENT…]
// The official C# client: lists the tools, reads the memory server's graph, closes, and says how long that took.
using System.Diagnostics;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

var transport = new StdioClientTransport(new StdioClientTransportOptions { Command = args[0], Arguments = args[1..] });
var client = await McpClient.CreateAsync(transport);
var tools = await client.ListToolsAsync();
Console.WriteLine($"tools: {tools.Count}");
var answer = await client.CallToolAsync("read_graph");
Console.WriteLine($"graph: {((TextContentBlock)answer.Content[0]).Text.ReplaceLineEndings("")}");
var start = Stopwatch.GetTimestamp();
await client.DisposeAsync();
Console.WriteLine($"closed after {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
