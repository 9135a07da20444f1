using MetaMcp.Init.Core.Screens;

namespace MetaMcp.Init.Top;

/// <summary>The time of day for a person.</summary>
internal static class WallClock
{
    public static string Text => ClockText.Seconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()) + " UTC";
}
