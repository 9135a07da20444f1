using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Http;

/// <summary>What the bytes of a connection are.</summary>
public abstract record HttpParse : Case
{
    private HttpParse()
    {
    }

    /// <summary>The head of the request is not there yet.</summary>
    public sealed record Incomplete : HttpParse
    {
        public static Incomplete Instance { get; } = new();
    }

    /// <param name="Request">The request.</param>
    /// <param name="Length">The bytes that it took; those behind it are the next request.</param>
    public sealed record Complete(HttpRequest Request, int Length) : HttpParse;

    /// <summary>Not to be answered otherwise; where the next request begins is not known, so the connection ends.</summary>
    /// <param name="Status">The answer.</param>
    /// <param name="Reason">A sentence for a person.</param>
    public sealed record Refused(HttpStatus Status, string Reason) : HttpParse;
}
