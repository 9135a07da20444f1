using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>How far a starting service has come by its own ready rule.</summary>
public abstract record Readiness : Case
{
    public virtual Instant Due => Instant.Never;

    /// <summary>The second stage is at work; it has not become the service yet.</summary>
    public sealed record AwaitingExec : Readiness;

    /// <summary>For the end of the process that was started, which leaves the service in the background.</summary>
    public sealed record AwaitingFork : Readiness;

    /// <summary>For its word on the notification descriptor or socket.</summary>
    public sealed record AwaitingNotification : Readiness;

    /// <summary>A oneshot is done when it ends.</summary>
    public sealed record RunningToEnd : Readiness;

    /// <summary>The next probe is at <paramref name="At"/>.</summary>
    public sealed record ProbeDue(Instant At, int Tries) : Readiness
    {
        public override Instant Due => At;
    }

    /// <summary>The kernel was asked for the probe's process.</summary>
    public sealed record ProbeLaunching(int Tries) : Readiness
    {
        /// <summary>When no answer is expected any more, and another probe is due.</summary>
        public Instant AnswerBy { get; init; } = Instant.Never;

        public override Instant Due => AnswerBy;
    }

    public sealed record ProbeRunning(int Pid, Instant KillAt, int Tries) : Readiness
    {
        public override Instant Due => KillAt;
    }
}
