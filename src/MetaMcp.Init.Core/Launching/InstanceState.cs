using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>How far a launched instance has come; the table stands at the head of <see cref="Pool"/>.</summary>
public abstract record InstanceState : Case
{
    /// <summary>The time at which the machine takes a step even if nothing happened.</summary>
    public virtual Instant Due => Instant.Never;

    /// <summary>The launch has no place yet; it is refused at <paramref name="RefuseAt"/>.</summary>
    /// <param name="RefuseAt">The end of the wait.</param>
    /// <param name="Reason">Why the launch waits: a sentence.</param>
    public sealed record Asked(Instant RefuseAt, string Reason) : InstanceState
    {
        /// <summary>The time at which the shim is told again that it waits: it gives up on a PID 1 that says nothing for 10 s.</summary>
        public Instant TellAt { get; init; } = Instant.Never;

        /// <summary>Whether the launch waits for its turn to start. If a limit is reached meanwhile, that is another reason.</summary>
        public bool IsForTurn { get; init; }

        public override Instant Due => Instant.Earlier(RefuseAt, TellAt);
    }

    /// <summary>The launch has a place, and its process has not been moved there yet.</summary>
    /// <param name="Run">The number of its run.</param>
    /// <param name="By">The time at which the launch is refused.</param>
    public sealed record Placed(long Run, Instant By) : InstanceState
    {
        /// <summary>The process that is being moved; null until the shim has named one.</summary>
        public ProcessKey? Main { get; init; }

        /// <summary>What the shim says of its command's runner; null if it says nothing.</summary>
        public string? Unwrapping { get; init; }

        /// <summary>
        /// The shim or its client has ended while the process was being moved: it is killed as soon as it is known where it is.
        /// </summary>
        public bool IsCancelled { get; init; }

        public override Instant Due => By;
    }

    /// <summary>The server runs.</summary>
    public sealed record Running(RunState Run) : InstanceState
    {
        public override Instant Due => Run.Due;
    }

    /// <summary>The server was asked to end, or has ended and has left processes behind.</summary>
    public sealed record Ending(RunState Run) : InstanceState
    {
        public override Instant Due => Run.Due;
    }

    /// <summary>
    /// None of its processes is left, and the place is free. The guard, which is the server's parent, is about to say how it ended.
    /// </summary>
    /// <param name="EndedRun">The number of the run that is over.</param>
    /// <param name="Lasted">From its start to its end.</param>
    /// <param name="By">The time at which the end is told without the guard's word.</param>
    public sealed record Unreported(long EndedRun, TimeSpan Lasted, Instant By) : InstanceState
    {
        public override Instant Due => By;
    }

    /// <summary>None of its processes is left, or there never was one.</summary>
    public sealed record Gone : InstanceState;
}
