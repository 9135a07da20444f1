using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Membership;

/// <summary>A process and the results of a look at it.</summary>
public record struct ProcessEntry
{
    public ProcessStat Stat { get; init; }

    /// <summary>The number of the run it belongs to; 0 for none.</summary>
    public long Run { get; set; }

    /// <summary>The process was sent SIGKILL and can start no other process any more.</summary>
    public bool IsKilled { get; set; }

    /// <summary>Its run is certain; see <see cref="RunMembership"/>.</summary>
    internal bool IsResolved { get; set; }

    /// <summary>The place of its topmost ancestor, or of itself, that is a child of ours; see <see cref="RunMembership"/>.</summary>
    internal int Top { get; set; }
}
