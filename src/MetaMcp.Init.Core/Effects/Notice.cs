using System.Collections.Immutable;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Effects;

/// <summary>Something an operator wants to know, as values; the texts are the shell's.</summary>
public abstract record Notice : Case
{
    public sealed record Started(string Service, int Pid) : Notice;
    public sealed record Ready(string Service, int Pid, TimeSpan After) : Notice;
    public sealed record Completed(string Service) : Notice;

    /// <summary>Another process is its main one: it has put itself into the background, or said so.</summary>
    public sealed record MainChanged(string Service, int Pid) : Notice;

    /// <summary>
    /// It ended with 0 soon after its start and left processes: it puts itself into the background, which its type does not say.
    /// </summary>
    public sealed record InBackground(string Service) : Notice;

    public sealed record Exited(string Service, int Pid, ExitStatus Status, TimeSpan After, OomCause? Oom) : Notice;
    public sealed record Restarting(string Service, string Reason, TimeSpan Delay, int Failures) : Notice;

    /// <summary>It ended well, and by its policy it runs always.</summary>
    public sealed record RestartingAfterSuccess(string Service, int Code, TimeSpan Delay) : Notice;

    public sealed record Failed(string Service, string Reason) : Notice;

    /// <summary>
    /// It could not be started for a shortage of the container, so many times in a row; it is tried again and not counted.
    /// </summary>
    public sealed record Deferred(string Service, string Reason, TimeSpan Delay, int Shortages) : Notice;

    public sealed record Skipped(string Service, string Dependency) : Notice;
    public sealed record Finished(string Service, ExitStatus Status) : Notice;
    public sealed record Stopping(string Service, int Pid, Signal Signal, TimeSpan Timeout) : Notice;

    /// <summary>Its stop_command failed, or (null) could not be started; the stop signal does what it was to do.</summary>
    public sealed record StopCommandFailed(string Service, ExitStatus? Status) : Notice;

    public sealed record StopCommandLate(string Service, TimeSpan After) : Notice;
    public sealed record Killed(string Service, int Pid, TimeSpan Timeout) : Notice;
    public sealed record EndingLeftovers(string Service) : Notice;
    public sealed record KilledLeftovers(string Service) : Notice;

    /// <summary>Something of it is still there after so many SIGKILL: it is tried again, and nobody waits for it.</summary>
    public sealed record CleanupFailed(string Service, int Pid, int Kills) : Notice;

    public sealed record Stopped(string Service) : Notice;

    /// <summary>The kernel killed this many processes of it for memory, or (null) all of them.</summary>
    public sealed record OutOfMemory(string Service, long? Processes, OomCause Cause, ByteSize? Peak) : Notice;

    /// <summary>So many failures within the window: nothing is started for so long.</summary>
    public sealed record CircuitOpen(string Service, string Reason, int Failures, TimeSpan Window, TimeSpan OpenFor) : Notice;

    public sealed record CircuitOpenAgain(string Service, string Reason, TimeSpan OpenFor) : Notice;
    public sealed record CircuitTrial(string Service) : Notice;
    public sealed record CircuitClosed(string Service) : Notice;

    /// <summary>It is ended because a service that it names in restart_with has ended, and starts again when that is there.</summary>
    public sealed record RestartingWith(string Service, string Dependency) : Notice;

    /// <summary>A probe failed, this many times in a row of so many that end a ready service; null where it does not count (yet).</summary>
    public sealed record ProbeFailed(string Service, int? Failures, int Retries, string Reason) : Notice;

    /// <summary>Its command cannot be executed: the service will not become ready by it. Told once for each run.</summary>
    public sealed record ProbeHopeless(string Service, string Reason) : Notice;

    public sealed record HealthyAgain(string Service, int Failures) : Notice;
    public sealed record Unhealthy(string Service, string Reason) : Notice;

    /// <summary>It is ended for a limit that the kernel does not enforce here.</summary>
    public sealed record OverLimit(string Service, string Reason) : Notice;

    /// <summary>A threshold of memory was passed, up or down; without a service it is that of everything together.</summary>
    public sealed record Memory(string? Service, MemoryLevel Level, ByteSize Used, ByteSize Cap) : Notice;

    public sealed record StartingUp(int Services) : Notice;
    public sealed record Up(TimeSpan After, int Running, int Done, ImmutableArray<string> Missing) : Notice;

    /// <summary>Something that is to run does not; each with the reason.</summary>
    public sealed record Degraded(ImmutableArray<string> Missing) : Notice;

    public sealed record WholeAgain : Notice;
    public sealed record StartupTimedOut(TimeSpan Timeout, ImmutableArray<string> Pending) : Notice;
    public sealed record ShuttingDown(string Reason, TimeSpan Timeout) : Notice;
    public sealed record Emergency(string Reason, ImmutableArray<string> Remaining) : Notice;
    public sealed record KillingOrphans(TimeSpan Grace) : Notice;
    public sealed record BeyondKill(ImmutableArray<string> Remaining) : Notice;
    public sealed record Down(TimeSpan After, int ExitCode) : Notice;

    /// <summary>A process of no live run; it is ended after its grace, or (null) left alone.</summary>
    public sealed record OrphanFound(int Pid, string Command, bool IsOurs, TimeSpan? Grace) : Notice;

    /// <summary>One that was ended (with a status where it was our child), and how many of its command were by now.</summary>
    public sealed record OrphanEnded(int Pid, string Command, ExitStatus? Status, int OfCommand) : Notice;

    /// <summary>Found by one look beside those that have a line each, and how many are beyond what is remembered.</summary>
    public sealed record MoreOrphans(int Found, int Beyond) : Notice;

    /// <summary>Ended since the look before, beside those that have a line each.</summary>
    public sealed record MoreOrphansEnded(int Count) : Notice;

    public sealed record OrphanCleanupFailed(int Pid, string Command, int Kills) : Notice;

    /// <summary>A sweep found what was entered and what there is to differ, and mended it.</summary>
    public sealed record Repaired(string What) : Notice;
    public sealed record OrphanReaped(int Pid, ExitStatus Status) : Notice;
    /// <summary>Passed on to a service; without a pid it does not run, and nobody got it.</summary>
    public sealed record SignalForwarded(Signal Signal, string Service, int? Pid) : Notice;

    /// <summary>Another file is in force: what that meant for whom.</summary>
    public sealed record Reloaded(
        ImmutableArray<string> Changed, ImmutableArray<string> Added, ImmutableArray<string> Removed, int Unchanged) : Notice;

    /// <summary>It cannot be in force; the one before is.</summary>
    public sealed record ReloadRefused(IReadOnlyList<string> Problems) : Notice;

    /// <summary>It means nothing; or it was to stop us, and the file does not say so.</summary>
    public sealed record SignalIgnored(Signal Signal, bool MayBeStop) : Notice;

    /// <summary>Memory has ended: what is kept for that has been given up, and what is at hand is tried again.</summary>
    public sealed record MemoryShort : Notice
    {
        /// <summary>The same each time, so that there is one also where there is no memory.</summary>
        public static MemoryShort Instance { get; } = new();
    }

    /// <summary>There is memory again.</summary>
    public sealed record MemoryBack : Notice;

    public sealed record Bug(string Text) : Notice;
}
