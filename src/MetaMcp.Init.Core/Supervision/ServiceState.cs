using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// Where a service stands. Each state holds only what is valid in it: there is a pid only while there is a process.
/// <see cref="ServiceMachine"/> has the table of how one leads to another.
/// </summary>
public abstract record ServiceState : Case
{
    /// <summary>When the machine wants to be woken although nothing happened.</summary>
    public virtual Instant Due => Instant.Never;

    /// <summary>For its dependencies; nothing was started yet, or it is to be started anew with one of them.</summary>
    public sealed record Waiting(History History = default) : ServiceState;

    /// <summary>The kernel was asked for a process; the answer is the next event.</summary>
    public sealed record Launching(long RunNumber, History History) : ServiceState
    {
        /// <summary>When the kernel is asked what there is of it: the answer may have been lost.</summary>
        public Instant LookAt { get; init; } = Instant.Never;

        public override Instant Due => LookAt;
    }

    /// <summary>As launching, but wanted gone before the answer came.</summary>
    public sealed record CancelledLaunch(long RunNumber, Outcome Outcome) : ServiceState
    {
        /// <summary>As that of <see cref="Launching"/>.</summary>
        public Instant LookAt { get; init; } = Instant.Never;

        public override Instant Due => LookAt;
    }

    /// <summary>A process runs and is not ready by its rule; a oneshot that has not finished.</summary>
    public sealed record Starting(Run Run, History History, Instant ReadyBy, Readiness Readiness) : ServiceState
    {
        /// <summary>Why its last probe failed; null where none has ended yet.</summary>
        public string? LastProbe { get; init; }

        /// <summary>WATCHDOG_USEC of its own, which it may say before it is ready.</summary>
        public TimeSpan? WatchdogTime { get; init; }

        /// <summary>
        /// The process that was started has ended, as that of a service which puts itself into the background does, and the one that is to
        /// be its main process is looked for: <see cref="Readiness"/> says how far that is.
        /// </summary>
        public bool IsForked { get; init; }

        public override Instant Due => Instant.Earlier(ReadyBy, Readiness.Due);
    }

    public sealed record Ready(Run Run, History History, HealthWatch Watch) : ServiceState
    {
        /// <summary>When the trial run of a half-open circuit has been long enough to close it.</summary>
        public Instant ClosesAt { get; init; } = Instant.Never;

        /// <summary>When it is unhealthy for want of a WATCHDOG=1.</summary>
        public Instant WatchdogBy { get; init; } = Instant.Never;

        /// <summary>WATCHDOG_USEC of its own, in place of the file's.</summary>
        public TimeSpan? WatchdogTime { get; init; }

        /// <summary>When it has to have ended, since it said STOPPING=1.</summary>
        public Patience Ending { get; init; } = Patience.None;

        public override Instant Due => Instant.Earliest(Watch.Due, ClosesAt, WatchdogBy, Ending.Until);
    }

    /// <summary>It is to be ended, and waits for its turn in the cleanup queue.</summary>
    public sealed record AwaitingStop(Run Run, History History, Outcome Outcome) : EndingState(Run, History, Outcome)
    {
        /// <summary>As that of <see cref="Launching"/>; and its turn may have been.</summary>
        public Instant LookAt { get; init; } = Instant.Never;

        public override Instant Due => LookAt;
    }

    /// <summary>It was asked to end; SIGKILL follows at <paramref name="KillAt"/>.</summary>
    public sealed record Stopping(Run Run, History History, Instant KillAt, Outcome Outcome) : EndingState(Run, History, Outcome)
    {
        /// <summary>As late as the service itself can put that off.</summary>
        public Instant LastKillAt { get; init; } = KillAt;

        /// <summary>How it is asked.</summary>
        public StopProgress Progress { get; init; } = new StopProgress.Signalled();

        public override Instant Due => Instant.Earlier(KillAt, Progress.Due);
    }

    /// <summary>
    /// SIGKILL, or <c>kill_signal</c>, was sent to all of it so many times, and SIGKILL follows at <paramref name="AgainAt"/>.
    /// </summary>
    public sealed record Killing(Run Run, History History, Outcome Outcome, int Kills, Instant AgainAt) : EndingState(Run, History, Outcome)
    {
        public override Instant Due => AgainAt;
    }

    /// <summary>The main process was collected; the rest waits for its turn in the cleanup queue, unless it ends by itself.</summary>
    public sealed record OthersWaiting(Run Run, History History, Outcome Outcome) : EndingState(Run, History, Outcome)
    {
        /// <summary>As that of <see cref="AwaitingStop"/>.</summary>
        public Instant LookAt { get; init; } = Instant.Never;

        public override Instant Due => LookAt;
    }

    /// <summary>The main process was collected; the rest of its process group has been asked to end.</summary>
    public sealed record OthersStopping(Run Run, History History, Instant KillAt, Outcome Outcome) : EndingState(Run, History, Outcome)
    {
        public override Instant Due => KillAt;
    }

    /// <summary>The rest was sent SIGKILL so many times, and is again at <paramref name="AgainAt"/> if it is still there.</summary>
    public sealed record OthersKilling(Run Run, History History, Outcome Outcome, int Kills, Instant AgainAt)
        : EndingState(Run, History, Outcome)
    {
        public override Instant Due => AgainAt;
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

    /// <summary>It was never started, because what it depends on failed; the code is that of the root of the trouble.</summary>
    public sealed record Skipped(int Dependency, int ExitCode) : ServiceState;

    /// <summary>Ended because it was asked to, or never started because everything was.</summary>
    public sealed record Stopped : ServiceState;
}

/// <summary>A run that ends, or is to: what all states of it have.</summary>
/// <param name="Run">Which.</param>
/// <param name="History">What counts against what comes after it.</param>
/// <param name="Outcome">What its end will mean.</param>
public abstract record EndingState(Run Run, History History, Outcome Outcome) : ServiceState;
