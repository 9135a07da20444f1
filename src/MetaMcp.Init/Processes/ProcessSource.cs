using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Processes;

/// <summary>How much could be learned about one process.</summary>
internal enum Sight
{
    /// <summary>Everything was read.</summary>
    Whole,

    /// <summary>Its environment is empty, as for a moment of every exec, or may not be read.</summary>
    Partial,

    /// <summary>One of its threads is in state D, so its environment was not read.</summary>
    Blocked,

    /// <summary>The process has ended; it may wait to be collected.</summary>
    Dead,

    /// <summary>The process exists, and none of its files can be read (hidepid).</summary>
    Hidden,

    /// <summary>There was no descriptor or no memory for the look: another look may succeed.</summary>
    Shortage,
}

/// <summary>One look at one process.</summary>
/// <param name="Sight">Whether the rest is reliable.</param>
/// <param name="Stat">Valid unless the sight is one of the last three.</param>
/// <param name="Claim">The run that it names.</param>
internal readonly record struct Glance(Sight Sight, ProcessStat Stat = default, RunClaim Claim = default);

/// <summary>The source of looks at single processes: /proc, or a test.</summary>
internal abstract class ProcessSource
{
    public abstract Instant Now { get; }

    /// <summary>
    /// Calls with each child of ours that it was not called with before, ended ones too; false if they cannot be listed.
    /// </summary>
    /// <param name="action">Gets the pids; it may get a pid more than once.</param>
    /// <param name="isWhole">Whether to call with all children.</param>
    public abstract bool ForEachChildOfOurs(Action<int> action, bool isWhole);

    /// <summary>A child of ours was collected.</summary>
    public abstract void Collected(int pid);

    /// <summary>Takes about five system calls.</summary>
    public abstract Glance Look(int pid);

    /// <summary>
    /// Adds the children of a process, of up to a limited number of its threads. <see cref="Sight.Dead"/> if it has ended meanwhile,
    /// <see cref="Sight.Shortage"/> if they could not be read for want of a descriptor or of memory.
    /// </summary>
    public abstract Sight AddChildren(in ProcessStat process, List<int> children);
}
