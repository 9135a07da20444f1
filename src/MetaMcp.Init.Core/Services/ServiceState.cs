using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>
/// Where a service stands. How far its run has come is the run's own state (<see cref="RunState"/>).
/// <see cref="ServiceMachine"/> has the table of how one state leads to another.
/// </summary>
public abstract record ServiceState : Case
{
    /// <summary>When the machine wants to be woken although nothing happened.</summary>
    public virtual Instant Due => Instant.Never;

    /// <summary>It waits for its dependencies; nothing was started yet, or it is to be started anew with one of them.</summary>
    public sealed record Waiting(History History = default) : ServiceState;

    /// <summary>There is a run, from the request for a process until nothing of it is left.</summary>
    /// <param name="Run">How far it has come.</param>
    /// <param name="History">What counts against the service when the run has ended.</param>
    public sealed record Active(RunState Run, History History) : ServiceState
    {
        /// <summary>When the trial run of a half-open circuit has been long enough to close it.</summary>
        public Instant ClosesAt { get; init; } = Instant.Never;

        public override Instant Due => Instant.Earlier(Run.Due, ClosesAt);
    }

    /// <summary>Nothing runs; the next start is at <paramref name="Until"/>.</summary>
    public sealed record Backoff(Instant Until, History History) : ServiceState
    {
        public override Instant Due => Until;
    }

    /// <summary>
    /// It failed too often: the circuit is open, nothing runs, and a trial start closes or re-opens it at <paramref name="Until"/>.
    /// </summary>
    public sealed record Open(Instant Until, History History) : ServiceState
    {
        public override Instant Due => Until;
    }

    /// <summary>A oneshot that succeeded.</summary>
    public sealed record Completed : ServiceState;

    /// <summary>A daemon that ended well by itself and is not restarted.</summary>
    public sealed record Finished(ExitStatus Status) : ServiceState;

    /// <summary>It failed for good.</summary>
    public sealed record Failed(Failure Failure) : ServiceState;

    /// <summary>It was never started, because a dependency failed; the code is that of the root of the trouble.</summary>
    public sealed record Skipped(int Dependency, int ExitCode) : ServiceState;

    /// <summary>Ended because it was asked to, or never started because everything was.</summary>
    public sealed record Stopped : ServiceState;
}
