using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.LaunchProtocol;

/// <summary>What PID 1 answers to a shim. Reasons are whole sentences without a line end.</summary>
public abstract record InitFrame : Case
{
    private InitFrame()
    {
    }

    /// <summary>There is a place; the shim says next which process takes it.</summary>
    public sealed record Granted(LaunchGrant Grant) : InitFrame;

    /// <summary>There may be a place soon: a grant or a refusal follows.</summary>
    public sealed record Waiting(string Reason) : InitFrame;

    /// <summary>There is no place.</summary>
    /// <param name="Code">The kind of refusal, for programs.</param>
    /// <param name="Reason">The same, for people.</param>
    /// <param name="Holders">The instances that hold the places, each in words.</param>
    public sealed record Refused(RefusalCode Code, string Reason, ImmutableArray<string> Holders) : InitFrame;

    /// <summary>The process is in its place: it may become the server.</summary>
    public sealed record Go : InitFrame;

    /// <summary>PID 1 is about to end the instance.</summary>
    public sealed record Ending(string Reason) : InitFrame;

    /// <summary>Nothing of the instance is left.</summary>
    /// <param name="Reason">Why PID 1 ended it; null if it ended of its own.</param>
    public sealed record Ended(string? Reason) : InitFrame;
}
