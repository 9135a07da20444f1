using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

public enum EntryKind { Run, Probe, StopCommand, Orphan }

/// <summary>A run, a probe, a stop command or an orphan: it runs, is about to run, or is being ended.</summary>
/// <param name="Sequence">Its number, which no other entry has or had; the entry of a service's run has the number of the run.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Type">The service's name; for an orphan, its command.</param>
/// <param name="Owner">The owner of the run, or of the run that it serves; null for none.</param>
/// <param name="Parent">The number of the run that it serves; 0 for none.</param>
/// <param name="Since">The time at which it was entered.</param>
public sealed record Entry(long Sequence, EntryKind Kind, string Type, RunOwner? Owner, long Parent, Instant Since) : Case
{
    /// <summary>
    /// 0 before there is a process and after the process was collected: from then on the kernel may give the pid to another process.
    /// </summary>
    public int Pid { get; internal set; }

    /// <summary>Its index among the entries of its type.</summary>
    internal int At { get; set; }
}
