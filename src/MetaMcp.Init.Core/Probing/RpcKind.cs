namespace MetaMcp.Init.Core.Probing;

/// <summary>What a message means to the request that was sent.</summary>
public enum RpcKind
{
    /// <summary>No JSON object, or a torn one.</summary>
    Malformed,

    /// <summary>A notification, a request of the server's, or the answer to somebody else.</summary>
    Other,

    /// <summary>It was done.</summary>
    Result,

    /// <summary>It was refused.</summary>
    Error,
}
