namespace MetaMcp.Init.Core.Http;

/// <summary>A request that changes nothing: GET or HEAD, without a body.</summary>
/// <param name="Path">From the slash on, as it came, without the query.</param>
/// <param name="IsHead">The answer is to have no body.</param>
public sealed record HttpRequest(string Path, bool IsHead)
{
    /// <summary>The value of Host; null where HTTP/1.0 has none.</summary>
    public string? Host { get; init; }

    /// <summary>The value of Accept, several joined by commas; null for none.</summary>
    public string? Accept { get; init; }

    /// <summary>The client wants to send another request on this connection.</summary>
    public bool KeepsAlive { get; init; }
}
