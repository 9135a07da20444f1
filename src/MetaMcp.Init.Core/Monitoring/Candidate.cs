using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>What runs, as the corrective order sees it.</summary>
public enum CandidateKind
{
    /// <summary>A launched server.</summary>
    Launched,

    /// <summary>A service that is not <c>required</c>.</summary>
    Optional,

    Required,

    /// <summary>A service of mcp-init itself.</summary>
    Own,
}

/// <summary>A run that may be ended to relieve memory.</summary>
/// <param name="Run">The number of the run.</param>
/// <param name="Name">For the log.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">What it uses: bytes of memory, or tasks.</param>
/// <param name="IdleSince">The time since which a launched server has no traffic; never if it has some, or if that is not known.</param>
public readonly record struct Candidate(long Run, string Name, CandidateKind Kind, long Size, Instant IdleSince)
{
    public bool IsIdle => Kind == CandidateKind.Launched && IdleSince != Instant.Never;
}
