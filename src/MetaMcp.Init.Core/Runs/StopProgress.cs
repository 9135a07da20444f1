using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>How far the request to a service to end has come.</summary>
public abstract record StopProgress : Case
{
    public virtual Instant Due => Instant.Never;

    /// <summary>The kernel was asked for the process of the stop_command; the stop signal follows when the command has ended.</summary>
    public sealed record CommandLaunching : StopProgress
    {
        /// <summary>The time at which the stop signal follows even if no answer came.</summary>
        public Instant SignalAt { get; init; } = Instant.Never;

        public override Instant Due => SignalAt;
    }

    /// <summary>The stop signal follows at <paramref name="SignalAt"/> even if the command still runs.</summary>
    public sealed record CommandRunning(int Pid, Instant SignalAt) : StopProgress
    {
        public override Instant Due => SignalAt;
    }

    /// <summary>The stop signal was sent while the command still runs.</summary>
    public sealed record CommandOverdue(int Pid) : StopProgress;

    /// <summary>The stop signal was sent.</summary>
    public sealed record Signalled : StopProgress;
}
