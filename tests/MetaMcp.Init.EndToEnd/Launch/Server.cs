using System.Text.Json;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>A process that a gateway has started: a shim, or the server itself.</summary>
/// <param name="Gateway">Its parent.</param>
/// <param name="Number">As the gateway counts its servers.</param>
/// <param name="Pid">As the container counts.</param>
internal sealed record Server(Gateway Gateway, int Number, int Pid)
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{}}}""";

    public async Task Tell(string text) => Assert.Equal($"told {Number}", await Gateway.Ask($"tell {Number} {text}"));

    /// <summary>A line of its stdout; null at the end.</summary>
    public Task<string?> Hear(TimeSpan? limit = null) => Line("hear", limit);

    /// <summary>A line of its stderr; null at the end.</summary>
    public Task<string?> Complaint(TimeSpan? limit = null) => Line("complaint", limit);

    /// <summary>Its stderr to the end, or to the silence after it.</summary>
    public async Task<string> Complaints()
    {
        var all = new List<string>();
        while (await Gateway.Ask($"complaint {Number} 1000") is var answer && answer.StartsWith("heard ", StringComparison.Ordinal))
            all.Add(Text(answer));
        return string.Join('\n', all);
    }

    /// <summary>Whether it says nothing for so long.</summary>
    public async Task<bool> IsSilent(TimeSpan time) =>
        await Gateway.Ask($"hear {Number} {(int)time.TotalMilliseconds}", time + Patience.Usual) == $"silence {Number}";

    /// <summary>The answer to one request.</summary>
    public async Task<JsonElement> Request(string request, TimeSpan? limit = null)
    {
        await Tell(request);
        var line = await Hear(limit) ?? throw new EndOfStreamException($"no answer: {await Complaints()}");
        return JsonDocument.Parse(line).RootElement;
    }

    /// <summary>The pid of the server when it has answered its first request.</summary>
    public async Task<int> Answers(TimeSpan? limit = null)
    {
        var answer = await Request(Initialize, limit);
        return answer.TryGetProperty("result", out var result)
            ? result.GetProperty("pid").GetInt32()
            : throw new InvalidOperationException($"refused: {answer}");
    }

    /// <summary>Whether it is a server, and not a refusal.</summary>
    public async Task<bool> IsGranted(TimeSpan? limit = null) => (await Request(Initialize, limit)).TryGetProperty("result", out _);

    /// <summary>Gives an order to a jobserver, which answers with a line.</summary>
    public async Task<string> Order(string order)
    {
        await Tell(order);
        return await Hear() ?? throw new EndOfStreamException($"no answer to {order}");
    }

    public Task Close() => Gateway.Ask($"close {Number}");

    public Task Signal(int number) => Gateway.Ask($"signal {Number} {number}");

    public Task SignalGroup(int number) => Gateway.Ask($"group {Number} {number}");

    /// <summary>Its end as its parent sees it: <c>exit 3</c>, <c>signal 9</c>, or <c>runs</c>.</summary>
    public async Task<string> Ending(TimeSpan? limit = null)
    {
        var time = limit ?? TimeSpan.FromSeconds(15);
        var words = (await Gateway.Ask($"ending {Number} {(int)time.TotalMilliseconds}", time + Patience.Usual)).Split(' ');
        return words[0] == "runs" ? "runs" : $"{words[2]} {words[3]}";
    }

    private async Task<string?> Line(string order, TimeSpan? limit)
    {
        var time = limit ?? TimeSpan.FromSeconds(15);
        var answer = await Gateway.Ask($"{order} {Number} {(int)time.TotalMilliseconds}", time + Patience.Usual);
        if (answer == $"silence {Number}")
            throw new TimeoutException($"no line came for {order}");
        return answer == $"end {Number}" ? null : Text(answer);
    }

    private static string Text(string answer) => answer.Split(' ', 3) is [_, _, var text] ? text : "";
}
