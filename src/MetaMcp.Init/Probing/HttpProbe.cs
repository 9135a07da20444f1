using System.Text;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Probing;

/// <summary>A GET. Only the status line of the answer is read, and interim answers before it.</summary>
internal static class HttpProbe
{
    private const int SwitchingProtocols = 101;

    public static void Run(ProbeRequest.Http request, Deadline deadline)
    {
        var connection = Connection.Open(NameLookup.Find(request.Target.Address, deadline), deadline);
        connection.Send(Encoding.ASCII.GetBytes(
            $"GET {request.Target.PathAndQuery} HTTP/1.1\r\n" +
            $"Host: {request.Target.HostHeader}\r\n" +
            $"User-Agent: mcp-init-probe/{ProgramVersion.Text}\r\n" +
            "Accept: */*\r\n" +
            "Connection: close\r\n\r\n"));
        var code = ReadStatus(connection);
        if (code == SwitchingProtocols)
            throw new ProbeFailedException($"answered {code}, a switch of protocols that was not asked for");
        if (!request.Expected.Contains(code))
            throw new ProbeFailedException($"answered {code}, not {request.Expected}");
    }

    private static int ReadStatus(Connection connection)
    {
        var status = new FinalStatus();
        Span<byte> buffer = stackalloc byte[512];
        try
        {
            while (!status.IsDone)
            {
                var count = connection.Receive(buffer);
                if (count == 0)
                    status.End();
                else
                    status.Add(buffer[..count]);
            }
        }
        catch (ProbeFailedException failure) when (status.LastInterim > 0)
        {
            throw new ProbeFailedException($"{failure.Message} after an interim one, {status.LastInterim}");
        }
        return status.Problem is { } problem ? throw new ProbeFailedException(problem) : status.Code;
    }
}
