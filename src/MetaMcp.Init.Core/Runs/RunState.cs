using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>
/// How far a run has come, from the request for a process until none of its processes is left. Each state holds only what is valid in it:
/// there is a pid only while there is a process. <see cref="RunMachine"/> shows how one state leads to another.
/// </summary>
/// <param name="Number">The number of the run, which no other run has or had.</param>
public abstract record RunState(long Number) : Case
{
    /// <summary>The time at which the machine takes a step even if nothing happened.</summary>
    public virtual Instant Due => Instant.Never;

    /// <summary>The kernel was asked for a process; the answer is the next event.</summary>
    public sealed record Spawning(long Number) : RunState(Number)
    {
        /// <summary>The time at which the kernel is asked again whether there is a process: the answer may have been lost.</summary>
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

    /// <summary>A process runs and is not ready by its rule, or is a oneshot that has not finished.</summary>
    public sealed record Starting(Run Run, Instant ReadyBy, Readiness Readiness) : RunState(Run.Number)
    {
        /// <summary>Why the last probe of the run failed; null if none has ended yet.</summary>
        public string? LastProbe { get; init; }

        /// <summary>WATCHDOG_USEC from the service, which it may send before it is ready.</summary>
        public TimeSpan? WatchdogTime { get; init; }

        /// <summary>
        /// The process that was started has ended, as the first process of a service does that puts itself into the background. Its main
        /// process is looked for; <see cref="Readiness"/> says how far that search is.
        /// </summary>
        public bool IsForked { get; init; }

        public override Instant Due => Instant.Earlier(ReadyBy, Readiness.Due);
    }

    public sealed record Ready(Run Run, HealthWatch Watch) : RunState(Run.Number)
    {
        /// <summary>The time at which the run is unhealthy unless a WATCHDOG=1 comes.</summary>
        public Instant WatchdogBy { get; init; } = Instant.Never;

        /// <summary>WATCHDOG_USEC from the service, in place of the file's <c>watchdog</c>.</summary>
        public TimeSpan? WatchdogTime { get; init; }

        /// <summary>The deadline of a run that said STOPPING=1.</summary>
        public ExtensibleDeadline Ending { get; init; } = ExtensibleDeadline.None;

        public override Instant Due => Instant.Earliest(Watch.Due, WatchdogBy, Ending.Until);
    }

    /// <summary>The run is to end, and waits for its turn in the cleanup queue.</summary>
    public sealed record AwaitingStop(Run Run, Outcome Outcome) : EndingState(Run, Outcome)
    {
        /// <summary>As that of <see cref="Spawning"/>; the turn may have been lost, too.</summary>
        public Instant LookAt { get; init; } = Instant.Never;

        public override Instant Due => LookAt;
    }

    /// <summary>The main process was asked to end; SIGKILL follows at <paramref name="KillAt"/>.</summary>
    public sealed record Stopping(Run Run, Instant KillAt, Outcome Outcome) : EndingState(Run, Outcome)
    {
        /// <summary>The latest time to which the service itself can put off SIGKILL.</summary>
        public Instant LastKillAt { get; init; } = KillAt;

        /// <summary>How far the request to end has come.</summary>
        public StopProgress Progress { get; init; } = new StopProgress.Signalled();

        public override Instant Due => Instant.Earlier(KillAt, Progress.Due);
    }

    /// <summary>
    /// SIGKILL, or <c>kill_signal</c> at first, was sent to all processes of the run, <paramref name="Kills"/> times; the next SIGKILL
    /// follows at <paramref name="AgainAt"/>.
    /// </summary>
    public sealed record Killing(Run Run, Outcome Outcome, int Kills, Instant AgainAt) : EndingState(Run, Outcome)
    {
        public override Instant Due => AgainAt;
    }

    /// <summary>
    /// The main process was collected; the rest of the run waits for its turn in the cleanup queue, unless it ends by itself.
    /// </summary>
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

    /// <summary>
    /// The rest of the run was sent SIGKILL <paramref name="Kills"/> times, and is sent it again at <paramref name="AgainAt"/> if any of
    /// it is left.
    /// </summary>
    public sealed record OthersKilling(Run Run, Outcome Outcome, int Kills, Instant AgainAt) : EndingState(Run, Outcome)
    {
        public override Instant Due => AgainAt;
    }

    /// <summary>None of the run's processes is left. The owner of the run decides what follows.</summary>
    public sealed record Over(long Number, Outcome Outcome) : RunState(Number);
}

/// <summary>A run that ends, or is to end: the members that all these states have.</summary>
/// <param name="Run">The run.</param>
/// <param name="Outcome">The meaning of the end.</param>
public abstract record EndingState(Run Run, Outcome Outcome) : RunState(Run.Number);
