using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// How far a run has come, from the request for a process until nothing of it is left. Each state holds only what is valid in it: there is
/// a pid only while there is a process. <see cref="RunMachine"/> has the table of how one leads to another.
/// </summary>
/// <param name="Number">The number of the run, which no other run has or had.</param>
public abstract record RunState(long Number) : Case
{
    /// <summary>When the machine wants to be woken although nothing happened.</summary>
    public virtual Instant Due => Instant.Never;

    /// <summary>The kernel was asked for a process; the answer is the next event.</summary>
    public sealed record Spawning(long Number) : RunState(Number)
    {
        /// <summary>When the kernel is asked again whether there is a process: the answer may have been lost.</summary>
        public Instant LookAt { get; init; } = Instant.Never;

        public override Instant Due => LookAt;
    }

    /// <summary>The kernel was asked for a process, and the run was cancelled before the answer came.</summary>
    public sealed record CancelledSpawn(long Number, Outcome Outcome) : RunState(Number)
    {
        /// <summary>As that of <see cref="Spawning"/>.</summary>
        public Instant LookAt { get; init; } = Instant.Never;

        public override Instant Due => LookAt;
    }

    /// <summary>A process runs and is not ready by its rule; a oneshot that has not finished.</summary>
    public sealed record Starting(Run Run, Instant ReadyBy, Readiness Readiness) : RunState(Run.Number)
    {
        /// <summary>Why its last probe failed; null where none has ended yet.</summary>
        public string? LastProbe { get; init; }

        /// <summary>WATCHDOG_USEC of its own, which a service may say before it is ready.</summary>
        public TimeSpan? WatchdogTime { get; init; }

        /// <summary>
        /// The process that was started has ended, as that of a service which puts itself into the background does, and the one that is to
        /// be its main process is looked for: <see cref="Readiness"/> says how far that is.
        /// </summary>
        public bool IsForked { get; init; }

        public override Instant Due => Instant.Earlier(ReadyBy, Readiness.Due);
    }

    public sealed record Ready(Run Run, HealthWatch Watch) : RunState(Run.Number)
    {
        /// <summary>When the run is unhealthy for want of a WATCHDOG=1.</summary>
        public Instant WatchdogBy { get; init; } = Instant.Never;

        /// <summary>WATCHDOG_USEC of its own, in place of the file's.</summary>
        public TimeSpan? WatchdogTime { get; init; }

        /// <summary>When the run has to have ended, since it said STOPPING=1.</summary>
        public Patience Ending { get; init; } = Patience.None;

        public override Instant Due => Instant.Earliest(Watch.Due, WatchdogBy, Ending.Until);
    }

    /// <summary>The run is to be ended, and waits for its turn in the cleanup queue.</summary>
    public sealed record AwaitingStop(Run Run, Outcome Outcome) : EndingState(Run, Outcome)
    {
        /// <summary>As that of <see cref="Spawning"/>; the turn, too, may have been lost.</summary>
        public Instant LookAt { get; init; } = Instant.Never;

        public override Instant Due => LookAt;
    }

    /// <summary>The main process was asked to end; SIGKILL follows at <paramref name="KillAt"/>.</summary>
    public sealed record Stopping(Run Run, Instant KillAt, Outcome Outcome) : EndingState(Run, Outcome)
    {
        /// <summary>The latest time to which the service itself can put that off.</summary>
        public Instant LastKillAt { get; init; } = KillAt;

        /// <summary>How it is asked.</summary>
        public StopProgress Progress { get; init; } = new StopProgress.Signalled();

        public override Instant Due => Instant.Earlier(KillAt, Progress.Due);
    }

    /// <summary>
    /// SIGKILL, or <c>kill_signal</c>, was sent to all of it so many times, and SIGKILL follows at <paramref name="AgainAt"/>.
    /// </summary>
    public sealed record Killing(Run Run, Outcome Outcome, int Kills, Instant AgainAt) : EndingState(Run, Outcome)
    {
        public override Instant Due => AgainAt;
    }

    /// <summary>The main process was collected; the rest waits for its turn in the cleanup queue, unless it ends by itself.</summary>
    public sealed record OthersWaiting(Run Run, Outcome Outcome) : EndingState(Run, Outcome)
    {
        /// <summary>As that of <see cref="AwaitingStop"/>.</summary>
        public Instant LookAt { get; init; } = Instant.Never;

        public override Instant Due => LookAt;
    }

    /// <summary>The main process was collected; the rest of the run has been asked to end.</summary>
    public sealed record OthersStopping(Run Run, Instant KillAt, Outcome Outcome) : EndingState(Run, Outcome)
    {
        public override Instant Due => KillAt;
    }

    /// <summary>The rest was sent SIGKILL so many times, and is again at <paramref name="AgainAt"/> if it is still there.</summary>
    public sealed record OthersKilling(Run Run, Outcome Outcome, int Kills, Instant AgainAt) : EndingState(Run, Outcome)
    {
        public override Instant Due => AgainAt;
    }

    /// <summary>Nothing of the run is left. Its owner decides what follows.</summary>
    public sealed record Over(long Number, Outcome Outcome) : RunState(Number);
}

/// <summary>A run that ends, or is to: the members that all states of it have.</summary>
/// <param name="Run">The run.</param>
/// <param name="Outcome">What its end will mean.</param>
public abstract record EndingState(Run Run, Outcome Outcome) : RunState(Run.Number);
