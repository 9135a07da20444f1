using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>A wait in words: for the client, the log, and the refusal at its end.</summary>
internal static class WaitText
{
    /// <summary><c>waits for a place, 8s at most: …</c>, without a period.</summary>
    public static string Of(InstanceState.Asked asked) =>
        $"waits for {(asked.IsForTurn ? "its turn to start" : "a place")}, {Duration.Format(Patience(asked))} at most: {asked.Reason}";

    /// <summary>The refusal of a launch that has waited in vain.</summary>
    /// <param name="asked">The wait.</param>
    /// <param name="hit">The limit that still keeps it from a place; null if none does.</param>
    public static string InVain(InstanceState.Asked asked, LimitHit? hit)
    {
        var free = $"no {(asked.IsForTurn ? "turn" : "place")} became free within {Duration.Format(Patience(asked))}";
        return $"{asked.Reason}; {free}. {(asked.IsForTurn ? "Try again, or raise max_starting." : hit?.WayOut ?? "Try again.")}";
    }

    private static TimeSpan Patience(InstanceState.Asked asked) =>
        asked.IsForTurn ? Admission.TurnPatience : Admission.PlacePatience;
}
