using System.Globalization;

namespace MetaMcp.Init.Core.Exec;

/// <summary>
/// The signals that a program begins with (<c>man 7 signal</c>): exec keeps those that are ignored and those that are blocked.
/// </summary>
/// <param name="Ignored">Bit 0 is signal 1, as in SigIgn of /proc/PID/status.</param>
/// <param name="Blocked">The same for SigBlk.</param>
public readonly record struct SignalSets(ulong Ignored, ulong Blocked)
{
    /// <summary>The sixteen digits of /proc, or fewer.</summary>
    internal static bool TryRead(string text, out ulong set) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out set);

    internal static string Text(ulong set) => set.ToString("x16", CultureInfo.InvariantCulture);
}
