using System.Text;
using MetaMcp.Init.Addressing;
using MetaMcp.Init.Core.Probing;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Linux;
using MetaMcp.Init.Spawning;

namespace MetaMcp.Init.Probing;

/// <summary>
/// <c>mcp-init probe http URL | mcp URL | tcp HOST:PORT | unix PATH | exec -- CMD [--timeout 10s] [--expect 200-399]</c>: one
/// question, one answer. PID 1 runs it as a short child for each probe, so it uses raw sockets only: the framework's network stack
/// would more than double its start-up time and the binary.
/// </summary>
internal static unsafe class ProbeVerb
{
    private const string Usage =
        "usage: mcp-init probe http URL | mcp URL | tcp HOST:PORT | unix PATH [--timeout 10s] [--expect 200-399]\n" +
        "       mcp-init probe exec [--timeout 10s] -- CMD [ARG…]";

    /// <param name="args">The program's arguments, the verb first.</param>
    /// <returns>0 healthy; 1 not healthy, with the reason on stderr; 100 if the arguments are wrong.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        if (ProbeRequest.Parse(args[1..], out var error) is not { } request)
        {
            Say($"{error}\n{Usage}");
            return ExitCodes.Configuration;
        }
        try
        {
            // EBUSY: the service has enabled controllers for cgroups of its own below; then the probe stays in its present cgroup.
            if (request.Cgroup is { } cgroup &&
                KernelFile.Write($"{cgroup}/cgroup.procs", "0") is { IsSuccess: false, Number: not Errno.EBUSY } refused)
                throw new ProbeFailedException($"{cgroup}: {refused}");
            if (request is ProbeRequest.Exec exec)
                ExecProbe.Run(exec, StartArguments.Arguments(args, args.Length - exec.Command.Length + 1));
            else
                Ask(request);
            return ExitCodes.Success;
        }
        catch (ProbeFailedException failure)
        {
            Say($"{request.Subject}: {failure.Message}");
            return ExitCodes.Failure;
        }
    }

    private static void Ask(ProbeRequest request)
    {
        var deadline = new Deadline(request.Timeout);
        switch (request)
        {
            case ProbeRequest.Http http:
                HttpProbe.Run(http, deadline);
                break;
            case ProbeRequest.Mcp mcp:
                McpProbe.Run(mcp, deadline);
                break;
            case ProbeRequest.Tcp tcp:
                _ = Connection.Open(NameLookup.Find(tcp.Address, deadline), deadline);
                break;
            case ProbeRequest.Unix unix:
                Connection.OpenUnix(
                    SocketAddress.FromPath(unix.Path) ??
                        throw new ProbeFailedException($"longer than the {SocketAddress.MostPath} bytes of a socket's path"),
                    deadline);
                break;
        }
    }

    private static void Say(string message)
    {
        var bytes = Encoding.UTF8.GetBytes($"mcp-init probe: {message}\n");
        fixed (byte* start = bytes)
        {
            // If stderr is closed there is no other place for the message.
            _ = Libc.write(2, start, (nuint)bytes.Length);
        }
    }
}
