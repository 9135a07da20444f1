using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Processes;

/// <summary>How much could be learned of one process.</summary>
internal enum Sight
{
    /// <summary>Everything there is to know.</summary>
    Whole,

    /// <summary>Its environment is empty, as it is for a moment of every exec, or not ours to read.</summary>
    Partial,

    /// <summary>A thread of it is in state D, so that its environment was not read.</summary>
    Blocked,

    /// <summary>It has ended; it may wait to be collected.</summary>
    Dead,

    /// <summary>It is there, and no file of it can be read (hidepid).</summary>
    Hidden,

    /// <summary>There was no descriptor or no memory to look with: another look may succeed.</summary>
    Shortage,
}

/// <summary>One look at one process.</summary>
/// <param name="Sight">Whether the rest can be gone by.</param>
/// <param name="Stat">Valid where it is none of the last three.</param>
/// <param name="Claim">What it says of itself.</param>
internal readonly record struct Glance(Sight Sight, ProcessStat Stat = default, RunClaim Claim = default);

/// <summary>Where looks at single processes come from: /proc, or what a test says.</summary>
internal abstract class ProcessSource
{
    public abstract Instant Now { get; }

    /// <summary>
    /// Calls with each child of ours that it was not called with before, ended ones too; false where they cannot be listed.
    /// </summary>
    /// <param name="action">Gets the pids; it may get those again that it had.</param>
    /// <param name="isWhole">Whether it is called with all.</param>
    public abstract bool ForEachChildOfOurs(Action<int> action, bool isWhole);

    /// <summary>A child of ours was collected.</summary>
    public abstract void Collected(int pid);

    /// <summary>About five system calls.</summary>
    public abstract Glance Look(int pid);

    /// <summary>
    /// Adds the children of a process, as far as its first threads have them. <see cref="Sight.Dead"/> where it has ended meanwhile,
    /// <see cref="Sight.Shortage"/> where they could not be read for want of a descriptor or of memory.
    /// </summary>
    public abstract Sight AddChildren(in ProcessStat process, List<int> children);
}
