using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Runs;

/// <summary>The knowledge about a child that lost its parent.</summary>
internal enum AdoptedState
{
    /// <summary>The child was not looked at yet.</summary>
    Unknown,

    /// <summary>The child was looked at: its run is known, or it belongs to none.</summary>
    Settled,

    /// <summary>
    /// No run was found, but an environment could not be read because a thread is in state D: a later look may find the run.
    /// </summary>
    Blind,

    /// <summary>No file of the child can be read (hidepid): it may belong to any run.</summary>
    Hidden,
}

/// <summary>A child of ours that we did not start. Its pid is its own until we collect it.</summary>
/// <param name="pid">The pid.</param>
/// <param name="serial">Rises with every child that a list shows for the first time.</param>
internal sealed class AdoptedChild(int pid, long serial)
{
    public int Pid { get; } = pid;

    public long Serial { get; } = serial;

    /// <summary>Identifies the process together with the pid; 0 until it was looked at.</summary>
    public ulong StartTime { get; set; }

    public AdoptedState State { get; set; }

    /// <summary>The run that the child and all processes below it belong to; 0 if none, or not known.</summary>
    public long Run { get; set; }

    /// <summary>A run of ours that is over and that the child, or a process below it, names; 0 if none.</summary>
    public long Named { get; set; }

    /// <summary>The latest list that showed the child.</summary>
    public int List { get; set; }

    /// <summary>The child is not looked at before this time.</summary>
    public Instant NotBefore { get; set; }

    /// <summary>Its environment was empty at the first look.</summary>
    public bool IsSecondLook { get; set; }

    /// <summary>The child was found to belong to no run, and is looked at once more.</summary>
    public bool IsConfirming { get; set; }

    /// <summary>The child was collected, or is looked at from the beginning under another serial.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether <see cref="AdoptedChildren.MayHave"/> has to wait for the look at this child.</summary>
    public bool IsAwaited => !IsGone && !IsConfirming && State == AdoptedState.Unknown;
}
