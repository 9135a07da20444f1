using MetaMcp.Init.Core.LaunchProtocol;

namespace MetaMcp.Init.Tests.Launch;

/// <summary>Answers of the usual kind.</summary>
internal static class Grants
{
    public static LaunchGrant Usual { get; } = new() { Id = "mcp-1-7", Instance = "mcp-1-7-TOKEN", Name = "memory" };

    /// <summary>Takes the request of a shim, grants it and lets its server go.</summary>
    /// <returns>The pid that was placed.</returns>
    public static int Go(this FakeConnection connection, LaunchGrant? grant = null)
    {
        var pid = connection.Place(grant);
        connection.Send(new InitFrame.Go());
        return pid;
    }

    /// <summary>The same without the last step.</summary>
    public static int Place(this FakeConnection connection, LaunchGrant? grant = null)
    {
        _ = connection.Next<ClientFrame.Launch>();
        connection.Send(new InitFrame.Granted(grant ?? Usual));
        return connection.Next<ClientFrame.Place>().Pid;
    }
}
