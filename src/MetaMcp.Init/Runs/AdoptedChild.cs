using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Runs;

/// <summary>What is known of a child that lost its parent.</summary>
internal enum AdoptedState
{
    /// <summary>Its turn to be looked at has not come.</summary>
    Unknown,

    /// <summary>It was looked at: its run is known, or it is of none.</summary>
    Settled,

    /// <summary>Nothing was found, and an environment could not be read for a thread in state D: a later look may find more.</summary>
    Blind,

    /// <summary>No file of it can be read (hidepid): it may be of any run.</summary>
    Hidden,
}

/// <summary>A child of ours that we did not start. Its number is its own until we collect it.</summary>
/// <param name="pid">Its number.</param>
/// <param name="serial">Rises with every child that a list showed first.</param>
internal sealed class AdoptedChild(int pid, long serial)
{
    public int Pid { get; } = pid;

    public long Serial { get; } = serial;

    /// <summary>With the number, it and no other; 0 until it was looked at.</summary>
    public ulong StartTime { get; set; }

    public AdoptedState State { get; set; }

    /// <summary>The run that it and all below it are of; 0 for none, or not known.</summary>
    public long Run { get; set; }

    /// <summary>A run of ours that is over and that it, or a process below it, names; 0 for none.</summary>
    public long Named { get; set; }

    /// <summary>The latest list that showed it.</summary>
    public int List { get; set; }

    /// <summary>It is not looked at before.</summary>
    public Instant NotBefore { get; set; }

    /// <summary>Its environment was empty at the first look.</summary>
    public bool IsSecondLook { get; set; }

    /// <summary>It was settled as of none, and is looked at once more.</summary>
    public bool IsConfirming { get; set; }

    /// <summary>It was collected, or is looked at from the beginning under another serial.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether questions wait for it.</summary>
    public bool IsAwaited => !IsGone && !IsConfirming && State == AdoptedState.Unknown;
}
