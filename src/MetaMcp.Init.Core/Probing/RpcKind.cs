namespace MetaMcp.Init.Core.Probing;

/// <summary>The meaning of a message for the request that was sent.</summary>
public enum RpcKind
{
    /// <summary>No JSON object, or a truncated one.</summary>
    Malformed,

    /// <summary>A notification, a request of the server's, or the answer to another request.</summary>
    Other,

    /// <summary>The request was done.</summary>
    Result,

    /// <summary>The request was refused.</summary>
    Error,
}
