using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Effects;

/// <summary>A notice as listeners get it. It is given to all of them with the same number and time.</summary>
/// <param name="sequence">1 for the first notice of this init; no number is left out, and none is given twice.</param>
/// <param name="at">When the event happened that the notice follows from.</param>
/// <param name="notice">The message.</param>
/// <param name="ids">The ids of this init.</param>
public sealed class ToldNotice(long sequence, Instant at, Notice notice, InstanceIds ids)
{
    public long Sequence { get; } = sequence;

    public Instant At { get; } = at;

    public Notice Notice { get; } = notice;

    /// <summary>
    /// The id of the run that the notice is about, as in <c>MCP_INIT_INSTANCE</c>, or of the orphan; null for neither.
    /// </summary>
    public string? Instance => Notice.Run == 0 ? null : ids.Of(Notice.Run);
}
