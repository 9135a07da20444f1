using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>How far a starting service has come with its ready rule.</summary>
public abstract record Readiness : Case
{
    public virtual Instant Due => Instant.Never;

    /// <summary>The second stage is at work; it has not executed the service's program yet.</summary>
    public sealed record AwaitingExec : Readiness;

    /// <summary>The service is to go into the background: the process that was started has to end first.</summary>
    public sealed record AwaitingFork : Readiness;

    /// <summary>The service is to say READY=1 on the notification socket, or to write to the notification descriptor.</summary>
    public sealed record AwaitingNotification : Readiness;

    /// <summary>A oneshot is ready when it has ended.</summary>
    public sealed record RunningToEnd : Readiness;

    /// <summary>The next probe is at <paramref name="At"/>.</summary>
    public sealed record ProbeDue(Instant At, int Tries) : Readiness
    {
        public override Instant Due => At;
    }

    /// <summary>The kernel was asked for the process of a probe.</summary>
    public sealed record ProbeLaunching(int Tries) : Readiness
    {
        /// <summary>From this time no answer is expected, and another probe is due.</summary>
        public Instant AnswerBy { get; init; } = Instant.Never;

        public override Instant Due => AnswerBy;
    }

    public sealed record ProbeRunning(int Pid, Instant KillAt, int Tries) : Readiness
    {
        public override Instant Due => KillAt;
    }
}
