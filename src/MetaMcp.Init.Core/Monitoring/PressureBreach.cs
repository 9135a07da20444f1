using MetaMcp.Init.Core.Effects;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>What was done about the memory of one scope since it became critical.</summary>
internal sealed class PressureBreach
{
    public UsageLevel Level { get; private set; }

    /// <summary>A run was ended for it.</summary>
    public bool HasActed { get; set; }

    /// <summary>The figure was below the threshold after a run was ended: what follows around the threshold is the same breach.</summary>
    public bool IsSettled { get; set; }

    /// <summary>It was told that no run may be ended.</summary>
    public bool IsHelpless { get; set; }

    /// <summary>The number of estimates in a row.</summary>
    public int Estimates { get; set; }

    /// <summary>A breach begins or ends with its level.</summary>
    public void Enter(UsageLevel level)
    {
        if ((level == UsageLevel.Critical) != (Level == UsageLevel.Critical))
        {
            HasActed = IsSettled = IsHelpless = false;
            Estimates = 0;
        }
        Level = level;
    }
}
