using MetaMcp.Init.Addressing;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Probing;

/// <summary>
/// Carries out the decisions of <see cref="McpConversation"/>: a connection for each request, one deadline for all.
/// </summary>
internal static class McpProbe
{
    // Made of our pid, so no other probe of this container has it. Another container's probe may have it; clients do not use such
    // high numbers.
    private const int FirstId = 1_000_000_000;
    private const int IdsOfOne = 16;

    public static void Run(ProbeRequest.Mcp request, Deadline deadline)
    {
        var addresses = NameLookup.Find(request.Target.Address, deadline);
        var conversation = new McpConversation(request.Target, ProgramVersion.Text, FirstId + (Environment.ProcessId * IdsOfOne));
        var buffer = new byte[4096];
        try
        {
            while (!conversation.IsOver)
                Exchange(conversation, addresses, deadline, buffer);
        }
        catch (ProbeFailedException failure)
        {
            throw new ProbeFailedException($"{conversation.Asking}: {failure.Message}");
        }
        finally
        {
            while (conversation.NextFarewell() is { } farewell)
                EndSession(farewell, addresses, deadline, buffer);
        }
        if (conversation.Failure is { } reason)
            throw new ProbeFailedException(reason);
    }

    private static void Exchange(McpConversation conversation, List<SocketAddress> addresses, Deadline deadline, byte[] buffer)
    {
        var request = conversation.Next();
        var answer = new McpAnswer(request.Id);
        try
        {
            Ask(request, answer, addresses, deadline, buffer);
        }
        catch (ProbeFailedException)
        {
            // The head of the answer may have come, and a session id with it.
            conversation.Remember(answer.Session);
            throw;
        }
        conversation.Take(answer);
    }

    private static void Ask(McpRequest request, McpAnswer answer, List<SocketAddress> addresses, Deadline deadline, byte[] buffer)
    {
        var connection = Connection.Open(addresses, deadline);
        connection.Send(request.Bytes.Span);
        while (!answer.IsDone)
        {
            var count = connection.Receive(buffer);
            if (count == 0)
                answer.End();
            else
                answer.Add(buffer.AsSpan(0, count));
        }
        // A server with one thread takes the next connection when this one is closed.
        connection.Close();
    }

    // A courtesy: it does not change the server's health. After the deadline the request is still sent, and not waited for: a
    // connection within the machine is made at once, and a server that only hung finds the request when it goes on.
    private static void EndSession(McpRequest farewell, List<SocketAddress> addresses, Deadline deadline, byte[] buffer)
    {
        try
        {
            Ask(farewell, new McpAnswer(farewell.Id), addresses, deadline, buffer);
        }
        catch (ProbeFailedException)
        {
        }
    }
}
