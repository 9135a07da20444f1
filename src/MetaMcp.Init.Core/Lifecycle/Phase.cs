using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Lifecycle;

/// <summary>
/// The phase of the whole container.
/// <code>
/// StartingUp ──all settled──▶ Running
///     └────────────┬─────────────┘ stop asked, or a service that had to run did not
///                  ▼
///            ShuttingDown ──late, or asked again──▶ Killing
///                  │ nothing of a service left         │
///                  ▼                                   ▼
///            EndingOrphans ──────late──────▶ KillingOrphans ──▶ Done
/// </code>
/// </summary>
public abstract record Phase : Case
{
    public virtual Instant Due => Instant.Never;

    public sealed record StartingUp(Instant Deadline) : Phase
    {
        public override Instant Due => Deadline;
    }

    public sealed record Running : Phase;

    /// <param name="Deadline">The time at which the rest is killed.</param>
    /// <param name="ExitCode">The exit code of PID 1.</param>
    /// <param name="Requests">
    /// The number of requests to stop. A shutdown that began by itself may be requested once without becoming an emergency.
    /// </param>
    public sealed record ShuttingDown(Instant Deadline, int ExitCode, int Requests) : Phase
    {
        public override Instant Due => Deadline;
    }

    public sealed record Killing(Instant GiveUpAt, int ExitCode) : Phase
    {
        public override Instant Due => GiveUpAt;
    }

    public sealed record EndingOrphans(Instant KillAt, int ExitCode, int Requests) : Phase
    {
        public override Instant Due => KillAt;
    }

    public sealed record KillingOrphans(Instant GiveUpAt, int ExitCode) : Phase
    {
        public override Instant Due => GiveUpAt;
    }

    public sealed record Done(int ExitCode) : Phase;
}
