using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>One process of a service: the number tells it from the runs before, as pids come round again.</summary>
public readonly record struct Run(long Number, int Pid, Instant StartedAt);

/// <summary>What counts against a service; a run longer than <c>reset_after</c> clears all of it.</summary>
/// <param name="Failures">
/// Failures in a row, of which <c>max_restarts</c> allows a number; a run that ended well is none and breaks the row.
/// </param>
/// <param name="StartFailures">Failures before it was ever ready, which the startup phase allows a number of.</param>
public readonly record struct History(int Failures, int StartFailures)
{
    /// <summary>Starts in a row that a shortage of the container prevented: counted for the delay and against nobody.</summary>
    public int Shortages { get; init; }

    /// <summary>Restarts in a row, after failures and after runs that ended well: the back-off grows with these.</summary>
    public int Restarts { get; init; }

    /// <summary>Of the circuit breaker.</summary>
    public Breaker Breaker
    {
        get => field ?? Breaker.Closed;
        init;
    }
}

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
    public sealed record Doomed(long RunNumber, Outcome Outcome) : ServiceState
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

    public sealed record Ready(Run Run, History History, Watch Watch) : ServiceState
    {
        /// <summary>When the trial run of a half-open circuit has been long enough to close it.</summary>
        public Instant ClosesAt { get; init; } = Instant.Never;

        /// <summary>When it is unhealthy for want of a WATCHDOG=1.</summary>
        public Instant WatchdogBy { get; init; } = Instant.Never;

        /// <summary>WATCHDOG_USEC of its own, in place of the file's.</summary>
        public TimeSpan? WatchdogTime { get; init; }

        /// <summary>When it has to have ended, since it said STOPPING=1.</summary>
        public Patience Ending { get; init; } = Patience.None;

        public override Instant Due => Instant.Earlier(Instant.Earlier(Watch.Due, ClosesAt), Instant.Earlier(WatchdogBy, Ending.Until));
    }

    /// <summary>It is to be ended, and waits for its turn in the cleanup queue.</summary>
    public sealed record Condemned(Run Run, History History, Outcome Outcome) : EndingState(Run, History, Outcome)
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
        public Asking Asking { get; init; } = new Asking.Signalled();

        public override Instant Due => Instant.Earlier(KillAt, Asking.Due);
    }

    /// <summary>
    /// SIGKILL, or <c>kill_signal</c>, was sent to all of it so many times, and SIGKILL follows at <paramref name="AgainAt"/>.
    /// </summary>
    public sealed record Killing(Run Run, History History, Outcome Outcome, int Kills, Instant AgainAt) : EndingState(Run, History, Outcome)
    {
        public override Instant Due => AgainAt;
    }

    /// <summary>The main process was collected; the rest waits for its turn in the cleanup queue, unless it ends by itself.</summary>
    public sealed record Leftover(Run Run, History History, Outcome Outcome) : EndingState(Run, History, Outcome)
    {
        /// <summary>As that of <see cref="Condemned"/>.</summary>
        public Instant LookAt { get; init; } = Instant.Never;

        public override Instant Due => LookAt;
    }

    /// <summary>The main process was collected; the rest of its process group has been asked to end.</summary>
    public sealed record Draining(Run Run, History History, Instant KillAt, Outcome Outcome) : EndingState(Run, History, Outcome)
    {
        public override Instant Due => KillAt;
    }

    /// <summary>The rest was sent SIGKILL so many times, and is again at <paramref name="AgainAt"/> if it is still there.</summary>
    public sealed record Purging(Run Run, History History, Outcome Outcome, int Kills, Instant AgainAt) : EndingState(Run, History, Outcome)
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

/// <summary>How the health of a ready service is watched.</summary>
public abstract record Watch : Case
{
    public virtual Instant Due => Instant.Never;

    /// <summary>It has no probe, or everything ends.</summary>
    public sealed record None : Watch;

    /// <summary>The next probe is at <paramref name="At"/>.</summary>
    public sealed record ProbeDue(Instant At, Streak Streak) : Watch
    {
        public override Instant Due => At;
    }

    /// <summary>The kernel was asked for the process of a probe that was due at <paramref name="At"/>.</summary>
    public sealed record ProbeLaunching(Instant At, Streak Streak) : Watch
    {
        /// <summary>When no answer is expected any more, and another probe is due.</summary>
        public Instant AnswerBy { get; init; } = Instant.Never;

        public override Instant Due => AnswerBy;
    }

    public sealed record ProbeRunning(int Pid, Instant At, Instant KillAt, Streak Streak) : Watch
    {
        public override Instant Due => KillAt;
    }

    /// <summary>
    /// It was sent SIGKILL, and has not ended yet: it may be in state D. The service is given up on at <paramref name="SilentAt"/>.
    /// </summary>
    public sealed record ProbeKilled(Instant At, Instant SilentAt, Streak Streak) : Watch
    {
        public override Instant Due => SilentAt;
    }
}

/// <summary>How far the asking of a service to end has come.</summary>
public abstract record Asking : Case
{
    public virtual Instant Due => Instant.Never;

    /// <summary>The kernel was asked for the process of its stop_command; the stop signal follows when that has ended.</summary>
    public sealed record CommandLaunching : Asking
    {
        /// <summary>The stop signal follows then also where no answer came.</summary>
        public Instant SignalAt { get; init; } = Instant.Never;

        public override Instant Due => SignalAt;
    }

    /// <summary>The stop signal follows at <paramref name="SignalAt"/> also where the command is still at work.</summary>
    public sealed record CommandRunning(int Pid, Instant SignalAt) : Asking
    {
        public override Instant Due => SignalAt;
    }

    /// <summary>The stop signal was sent beside it.</summary>
    public sealed record CommandOverdue(int Pid) : Asking;

    /// <summary>The stop signal was sent.</summary>
    public sealed record Signalled : Asking;
}

/// <summary>What the probes of a run have shown of late.</summary>
/// <param name="GoodAt">The last success; before the first one, the end of the start period.</param>
/// <param name="HasSucceeded">Whether there was one.</param>
/// <param name="Failures">In a row since.</param>
/// <param name="BadSince">The first of them.</param>
public readonly record struct Streak(Instant GoodAt, bool HasSucceeded, int Failures, Instant BadSince)
{
    /// <summary>Why the last of them failed.</summary>
    public string? LastFailure { get; init; }
}

/// <summary>What the end of a run will mean once nothing of it is left.</summary>
public abstract record Outcome : Case
{
    /// <summary>It was asked to stop.</summary>
    public sealed record AsAsked : Outcome;

    /// <summary>It is started anew with what it depends on, once that is there again.</summary>
    public sealed record Anew : Outcome;

    /// <summary>It ended by itself, and that is what it was to do.</summary>
    public sealed record Success(ExitStatus Status) : Outcome;

    /// <summary>It failed and may be tried again.</summary>
    public sealed record Failing(Failure Failure) : Outcome;

    /// <summary>The container was short of something; it is started when there is room.</summary>
    public sealed record Deferred(string Reason) : Outcome;

    /// <summary>It failed, and there is no time left to try again.</summary>
    public sealed record GivenUp(Failure Failure) : Outcome;
}

/// <summary>Why something failed, and with which exit status where there was one.</summary>
/// <param name="Reason">One clause without the service's name: <c>exit code 3</c>, <c>not ready within 60s</c>.</param>
/// <param name="Status">Null where no process ended.</param>
public sealed record Failure(string Reason, ExitStatus? Status)
{
    /// <summary>When the trouble began, where that was before the end: from then on a back-off is counted.</summary>
    public Instant? Since { get; init; }

    /// <summary>Where it was for memory: whose limit.</summary>
    public OomCause? Oom { get; init; }

    /// <summary>What PID 1 exits with when this ends everything: the service's own code, 1 where it was 0 or there was none.</summary>
    public int ExitCode => Status is { ShellCode: not 0 and var code } ? code : 1;
}
