using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>
/// The state of a service. How far its run has come is the run's own state (<see cref="RunState"/>). <see cref="ServiceMachine"/> shows
/// how one state leads to another.
/// </summary>
public abstract record ServiceState : Case
{
    /// <summary>The time at which the machine takes a step even if nothing happened.</summary>
    public virtual Instant Due => Instant.Never;

    /// <summary>The service waits for its dependencies: it was not started yet, or it is to be restarted with one of them.</summary>
    public sealed record Waiting(History History = default) : ServiceState;

    /// <summary>There is a run, from the request for a process until none of the run's processes is left.</summary>
    /// <param name="Run">The state of the run.</param>
    /// <param name="History">The failures that will count against the service when the run has ended.</param>
    public sealed record Active(RunState Run, History History) : ServiceState
    {
        /// <summary>The time at which the trial run of a half-open circuit has lasted long enough to close the circuit.</summary>
        public Instant ClosesAt { get; init; } = Instant.Never;

        public override Instant Due => Instant.Earlier(Run.Due, ClosesAt);
    }

    /// <summary>No process runs; the next start is at <paramref name="Until"/>.</summary>
    public sealed record Backoff(Instant Until, History History) : ServiceState
    {
        public override Instant Due => Until;
    }

    /// <summary>
    /// The service failed too often: the circuit is open and no process runs. At <paramref name="Until"/> a trial start closes the
    /// circuit or opens it again.
    /// </summary>
    public sealed record Open(Instant Until, History History) : ServiceState
    {
        public override Instant Due => Until;
    }

    /// <summary>A oneshot that succeeded.</summary>
    public sealed record Completed : ServiceState;

    /// <summary>A daemon that ended well by itself and is not restarted.</summary>
    public sealed record Finished(ExitStatus Status) : ServiceState;

    /// <summary>The service failed for good.</summary>
    public sealed record Failed(Failure Failure) : ServiceState;

    /// <summary>
    /// The service was never started, because a dependency failed; the exit code is that of the service that failed first.
    /// </summary>
    public sealed record Skipped(int Dependency, int ExitCode) : ServiceState;

    /// <summary>The service ended because it was asked to, or was never started because a shutdown came first.</summary>
    public sealed record Stopped : ServiceState;
}
