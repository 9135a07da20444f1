using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>How the health of a ready service is watched.</summary>
public abstract record HealthWatch : Case
{
    public virtual Instant Due => Instant.Never;

    /// <summary>The service has no probe, or the whole container stops.</summary>
    public sealed record None : HealthWatch;

    /// <summary>The next probe is at <paramref name="At"/>.</summary>
    public sealed record ProbeDue(Instant At, Streak Streak) : HealthWatch
    {
        public override Instant Due => At;
    }

    /// <summary>The kernel was asked for the process of a probe that was due at <paramref name="At"/>.</summary>
    public sealed record ProbeLaunching(Instant At, Streak Streak) : HealthWatch
    {
        /// <summary>From this time no answer is expected, and another probe is due.</summary>
        public Instant AnswerBy { get; init; } = Instant.Never;

        public override Instant Due => AnswerBy;
    }

    public sealed record ProbeRunning(int Pid, Instant At, Instant KillAt, Streak Streak) : HealthWatch
    {
        public override Instant Due => KillAt;
    }

    /// <summary>
    /// The probe was sent SIGKILL and has not ended yet: it may be in state D. At <paramref name="SilentAt"/> the service is declared
    /// unhealthy.
    /// </summary>
    public sealed record ProbeKilled(Instant At, Instant SilentAt, Streak Streak) : HealthWatch
    {
        public override Instant Due => SilentAt;
    }
}
