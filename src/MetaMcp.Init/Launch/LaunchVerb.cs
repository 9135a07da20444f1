using MetaMcp.Init.Connecting;
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
        var subject = new LaunchSubject(request.Name ?? request.Package ?? request.Program, IsIntercepted: request.Name is null);
        if (Connect(out var none) is not { } connection)
            return none.IsAbsent ? AbsentInit.Run(subject.Name, command, none.Reason)
                : none.IsShortage ? subject.RefuseForShortage(null, none.Reason)
                : subject.Fail(none.Reason);
        _ = connection.TrySend(request);
        switch (connection.Await())
        {
            case InitFrame.Granted(var grant):
                return Take(connection, grant, command, subject with { Name = grant.Name });
            case InitFrame.Refused refused:
                return subject.Refuse(connection, refused);
            case var answer:
                return subject.Fail(connection, answer);
        }
    }

    private static InitConnection? Connect(out NoConnection none)
    {
        InitConnection? connection;
        do
            connection = InitConnection.Open(RuntimePaths.Socket, out none);
        while (connection is null && none.IsAbsent && RuntimePaths.GoOn());
        return connection;
    }

    private static int Take(InitConnection connection, LaunchGrant grant, byte** given, LaunchSubject subject)
    {
        if (grant.Hint is { } hint)
            StandardError.TryWriteLine($"mcp-init launch: {hint}");
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
        return grant.Shim == ShimMode.Exec
            ? ExecShim.Run(connection, grant, command, subject) : GuardShim.Run(connection, grant, command, subject);
    }
}
