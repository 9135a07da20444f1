using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>
/// The order in which runs are ended when memory is short: idle launched servers, the longest idle first; then the other launched servers,
/// the largest first; then optional services, the largest first. A required service comes only if nothing else is left, and only at the
/// last reserve, since the end of a required service is mostly the end of the container. Services of mcp-init never come.
/// </summary>
public static class CorrectiveOrder
{
    public static ImmutableArray<Candidate> Of(IEnumerable<Candidate> candidates, bool isLastReserve)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var (others, required) = (new List<Candidate>(), new List<Candidate>());
        foreach (var candidate in candidates)
        {
            if (candidate.Kind != CandidateKind.Own)
                (candidate.Kind == CandidateKind.Required ? required : others).Add(candidate);
        }
        if (others.Count == 0 && isLastReserve)
            others = required;
        others.Sort(Compare);
        return [.. others];
    }

    /// <summary>Of two that are equal in all else the older run comes first, so that the same figures always have the same end.</summary>
    private static int Compare(Candidate a, Candidate b)
    {
        var byRank = RankOf(a).CompareTo(RankOf(b));
        if (byRank != 0)
            return byRank;
        var byIdleness = a.IsIdle ? a.IdleSince.CompareTo(b.IdleSince) : 0;
        if (byIdleness != 0)
            return byIdleness;
        var bySize = b.Size.CompareTo(a.Size);
        return bySize != 0 ? bySize : a.Run.CompareTo(b.Run);
    }

    private static int RankOf(Candidate candidate) => candidate.IsIdle ? 0 : candidate.Kind == CandidateKind.Launched ? 1 : 2;

    /// <summary>Why the first of the order is the first: words for a reason.</summary>
    public static string WhyFirst(Candidate first, Instant now) => first switch
    {
        { IsIdle: true } => $"idle for {Duration.FormatRounded(now - first.IdleSince)}",
        { Kind: CandidateKind.Launched } => "the largest launched server",
        { Kind: CandidateKind.Optional } => "the largest optional service",
        _ => "required, but nothing else is left",
    };
}
