using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Lifecycle;

/// <summary>
/// Where the whole system stands.
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

    /// <param name="Deadline">When what is left is killed.</param>
    /// <param name="ExitCode">What the init will exit with.</param>
    /// <param name="Requests">How often we were asked to stop: a shutdown that began by itself may be asked for once.</param>
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
