using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Shims;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Intercept;
using MetaMcp.Init.Output;
using MetaMcp.Init.Spawning;

namespace MetaMcp.Init.Launch;

/// <summary>
/// <c>mcp-init launch NAME [-- CMD…]</c>: asks PID 1 for a place for an MCP server, and becomes the server, or its guard, or the answer
/// that there is none. It is on the way of every server's start, and a guard stays for as long as its server, so nothing is made that
/// is not needed.
/// </summary>
internal static unsafe class LaunchVerb
{
    /// <param name="args">The program's arguments, the verb first.</param>
    public static int Run(ReadOnlySpan<string> args)
    {
        if (LaunchArguments.Read(args[1..], out var problem) is not { } given)
        {
            StandardError.TryWriteLine($"mcp-init launch: {problem} ({LaunchArguments.Usage})");
            return ExitCodes.Configuration;
        }
        // The name of the program and the verb stand before the words.
        var command = given.CommandIndex is { } at ? StartArguments.Arguments(args, at + 2) : null;
        return Launch(new ClientFrame.Launch(given.Name, null, ServerCommand.ProgramOf(command)), command);
    }

    /// <summary>Returns an exit code, unless the process becomes the server.</summary>
    /// <param name="request">A name, or the package of an intercepted command.</param>
    /// <param name="command">The client's command; null if it gave none.</param>
    public static int Launch(ClientFrame.Launch request, byte** command)
    {
        _ = StandardStreams.Ensure();
        if (command != null)
            _ = LinkAvoidance.Avoid(command);
        var subject = request.Name ?? request.Package ?? request.Program;
        if (InitConnection.Open(RuntimePaths.Socket, out var none) is not { } connection)
            return none.IsAbsent ? AbsentInit.Run(subject, command, none.Reason) : Fail(subject, none.Reason);
        _ = connection.TrySend(request);
        switch (connection.Await())
        {
            case InitFrame.Granted(var grant):
                return Take(connection, grant, command);
            case InitFrame.Refused refused:
                connection.Close("");
                return RefusalServer.Run(subject, refused);
            case var answer:
                return Fail(subject, connection, answer);
        }
    }

    /// <summary>No server is started, and it is neither a refusal nor the server's own failure.</summary>
    public static int Fail(string subject, string reason)
    {
        StandardError.TryWriteLine($"mcp-init launch: {subject} is not started: {reason}");
        return ExitCodes.System;
    }

    /// <param name="subject">The name or the package.</param>
    /// <param name="connection">The connection, which says why there is no answer.</param>
    /// <param name="answer">An answer that does not belong here; null if there is none.</param>
    public static int Fail(string subject, InitConnection connection, InitFrame? answer) =>
        Fail(subject, answer is null ? connection.Problem : "mcp-init has answered out of turn; is it another version?");

    private static int Take(InitConnection connection, LaunchGrant grant, byte** given)
    {
        if (ServerCommand.Of(given, grant) is not { } command)
        {
            StandardError.TryWriteLine(
                $"mcp-init launch: [server.{grant.Name}] has no command; write one there, or: mcp-init launch {grant.Name} -- CMD");
            return ExitCodes.Configuration;
        }
        if (given == null)
            _ = LinkAvoidance.Avoid(command.Words);
        if (grant.Unwrap)
            command = command.Unwrapped();
        return grant.Shim == ShimMode.Exec ? ExecShim.Run(connection, grant, command) : GuardShim.Run(connection, grant, command);
    }
}
