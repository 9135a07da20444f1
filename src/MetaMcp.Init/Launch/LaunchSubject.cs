using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Output;

namespace MetaMcp.Init.Launch;

/// <summary>What a client wants to have started, and what it is told where there is no server.</summary>
/// <param name="Name">The name or the package.</param>
/// <param name="IsIntercepted">The client called npx or uvx, so it may be no MCP client at all.</param>
internal readonly record struct LaunchSubject(string Name, bool IsIntercepted)
{
    /// <summary>No server is started, and it is neither a refusal nor the server's own failure.</summary>
    public int Fail(string reason)
    {
        StandardError.TryWriteLine($"mcp-init launch: {Name} is not started: {reason}");
        return ExitCodes.System;
    }

    /// <param name="connection">The connection, which says why there is no answer.</param>
    /// <param name="answer">An answer that does not belong here; null if there is none.</param>
    public int Fail(InitConnection connection, InitFrame? answer) =>
        Fail(answer is null ? connection.Problem : "mcp-init has answered out of turn; is it another version?");

    /// <summary>A call has failed on the way to the server. If it is for lack of something, the client is told as of a refusal.</summary>
    /// <param name="connection">The connection, which is closed, so that the place is free.</param>
    /// <param name="call">The name of the call.</param>
    /// <param name="error">Its error.</param>
    public int Fail(InitConnection connection, string call, Errno error) =>
        error.MayPass ? RefuseForShortage(connection, $"{call}: {error}") : Fail($"{call}: {error}");

    /// <summary>The lack may be over at the next start; a gateway that took it for a crash would end all instances of the server.</summary>
    public int RefuseForShortage(InitConnection? connection, string reason) =>
        Refuse(connection, new InitFrame.Refused(RefusalCode.Shortage, $"{reason}.", []));

    /// <summary>Closes the connection, which PID 1 keeps for a place, and tells the client for as long as it asks.</summary>
    public int Refuse(InitConnection? connection, InitFrame.Refused refused)
    {
        connection?.Close("");
        return RefusalServer.Run(this, refused);
    }
}
