using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>How far the asking of a service to end has come.</summary>
public abstract record StopProgress : Case
{
    public virtual Instant Due => Instant.Never;

    /// <summary>The kernel was asked for the process of its stop_command; the stop signal follows when that has ended.</summary>
    public sealed record CommandLaunching : StopProgress
    {
        /// <summary>The stop signal follows then also where no answer came.</summary>
        public Instant SignalAt { get; init; } = Instant.Never;

        public override Instant Due => SignalAt;
    }

    /// <summary>The stop signal follows at <paramref name="SignalAt"/> also where the command is still at work.</summary>
    public sealed record CommandRunning(int Pid, Instant SignalAt) : StopProgress
    {
        public override Instant Due => SignalAt;
    }

    /// <summary>The stop signal was sent beside it.</summary>
    public sealed record CommandOverdue(int Pid) : StopProgress;

    /// <summary>The stop signal was sent.</summary>
    public sealed record Signalled : StopProgress;
}
