using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>How the health of a ready service is watched.</summary>
public abstract record HealthWatch : Case
{
    public virtual Instant Due => Instant.Never;

    /// <summary>It has no probe, or everything ends.</summary>
    public sealed record None : HealthWatch;

    /// <summary>The next probe is at <paramref name="At"/>.</summary>
    public sealed record ProbeDue(Instant At, Streak Streak) : HealthWatch
    {
        public override Instant Due => At;
    }

    /// <summary>The kernel was asked for the process of a probe that was due at <paramref name="At"/>.</summary>
    public sealed record ProbeLaunching(Instant At, Streak Streak) : HealthWatch
    {
        /// <summary>When no answer is expected any more, and another probe is due.</summary>
        public Instant AnswerBy { get; init; } = Instant.Never;

        public override Instant Due => AnswerBy;
    }

    public sealed record ProbeRunning(int Pid, Instant At, Instant KillAt, Streak Streak) : HealthWatch
    {
        public override Instant Due => KillAt;
    }

    /// <summary>
    /// It was sent SIGKILL, and has not ended yet: it may be in state D. The service is given up on at <paramref name="SilentAt"/>.
    /// </summary>
    public sealed record ProbeKilled(Instant At, Instant SilentAt, Streak Streak) : HealthWatch
    {
        public override Instant Due => SilentAt;
    }
}

/// <summary>What the probes of a run have shown of late.</summary>
/// <param name="GoodAt">The last success; before the first one, the end of the start period.</param>
/// <param name="HasSucceeded">Whether there was one.</param>
/// <param name="Failures">In a row since.</param>
/// <param name="BadSince">The first of them.</param>
public readonly record struct Streak(Instant GoodAt, bool HasSucceeded, int Failures, Instant BadSince)
{
    /// <summary>Why the last of them failed.</summary>
    public string? LastFailure { get; init; }
}
