using System.Buffers;
using MetaMcp.Init.Accounting;
using MetaMcp.Init.Connecting;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Serving;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Serving;

/// <summary>Asks PID 1, by the socket through which any user may look and nobody may act.</summary>
internal static class InitStatus
{
    /// <summary>PID 1 answers in milliseconds; the probes of orchestrators wait for some seconds at most.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static Knowledge Ask(bool withCounts)
    {
        var due = MonotonicClock.Now + Patience;
        using var client = ControlClient.Open(out var problem, mayAct: false);
        if (client is null)
            return Knowledge.None(problem);
        if (!client.Ask(new ControlRequest(withCounts ? ControlVerb.Metrics : ControlVerb.Status)))
            return Knowledge.None("mcp-init has closed the connection");
        List<StatusRow> rows = [];
        while (rows is not [.., EndRow])
        {
            if (Left(due) is not { } left || client.Next(left) is not { } row)
                return Knowledge.None(client.IsLost ? "mcp-init has closed the connection" : "mcp-init does not answer") with
                {
                    HasAnswered = rows.Count > 0,
                };
            rows.Add(row);
        }
        var knowledge = Knowledge.Of(rows);
        return knowledge.Facts is { } facts ? Knowledge.Of(MetricsReader.Complete(facts, withCounts)) : knowledge;
    }

    public static byte[] Json(StatusDocument status)
    {
        var to = new ArrayBufferWriter<byte>();
        MachineOutput.Status(UsageReader.Read(status, UsageParts.Status, UsageParts.All), to);
        return to.WrittenSpan.ToArray();
    }

    private static TimeSpan? Left(Instant due) => MonotonicClock.Now is var now && now < due ? due - now : null;
}
