using System.Text;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Probing;

/// <summary>A GET, of whose answer only the first line is read.</summary>
internal static class HttpProbe
{
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
        if (!request.Expected.Contains(code))
            throw new ProbeFailedException($"answered {code}, not {request.Expected}");
    }

    private static int ReadStatus(Connection connection)
    {
        // The usual line is 15 bytes; all of the limit is worth allocating only for a server that needs it.
        var buffer = new byte[512];
        var length = 0;
        while (true)
        {
            var count = connection.Receive(buffer.AsSpan(length));
            if (count == 0)
                throw new ProbeFailedException(length == 0 ? "closed without an answer" : "closed in the middle of its status line");
            length += count;
            switch (StatusLine.Parse(buffer.AsSpan(0, length)))
            {
                case StatusLine.Complete complete:
                    return complete.Code;
                case StatusLine.Malformed:
                    throw new ProbeFailedException("answered something that is not HTTP/1");
            }
            if (length == buffer.Length)
                Array.Resize(ref buffer, Math.Min(buffer.Length * 4, StatusLine.MaxLength + 16));
        }
    }
}
