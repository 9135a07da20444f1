using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Membership;

/// <summary>A process and what became known of it.</summary>
public record struct ProcessEntry
{
    public ProcessStat Stat { get; init; }

    /// <summary>The number of the run it belongs to; 0 for none.</summary>
    public long Run { get; set; }

    /// <summary>It was sent SIGKILL and can start nobody any more.</summary>
    public bool IsKilled { get; set; }

    /// <summary>The place of the child of ours that it is or descends from; see <see cref="RunMembership"/>.</summary>
    internal int Top { get; set; }
}
