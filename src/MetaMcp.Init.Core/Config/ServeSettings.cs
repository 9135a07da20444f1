using System.Collections.Immutable;
using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary><c>[serve]</c>: the HTTP server for operators and for Prometheus.</summary>
public sealed record ServeSettings
{
    /// <summary>The service that it runs as. A file cannot have one of that name.</summary>
    public const string ServiceName = "mcp-init-serve";

    /// <summary>Null for no server.</summary>
    public ListenAddress? Listen { get; init; }

    /// <summary>Who it runs as; without a user nobody, where mcp-init may change users.</summary>
    public ProcessAttributes Attributes { get; init; } = ProcessAttributes.None;

    /// <summary>Names that requests may be for, beside localhost and addresses.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];
}
