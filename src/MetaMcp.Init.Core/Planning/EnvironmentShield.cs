using System.Text;

namespace MetaMcp.Init.Core.Planning;

/// <summary>
/// The .NET runtime reads its own settings from variables named <c>DOTNET_…</c>. The container's are meant for its services,
/// and in our second stage they would tune, or kill, our own runtime: <c>DOTNET_GCHeapHardLimit</c> does. So PID 1 hands them on
/// under a prefix and the second stage takes the prefix off again. A name that already has the prefix gets another, so that
/// nothing is lost or made up on the way.
/// </summary>
public static class EnvironmentShield
{
    private const string PrefixText = "_MCP_INIT_";

    /// <summary>What is put in front of the name.</summary>
    public static ReadOnlySpan<byte> Prefix => "_MCP_INIT_"u8;

    /// <summary>True where an entry (<c>NAME=value</c>, or a name) must be handed on with <see cref="Prefix"/> in front.</summary>
    public static bool Needs(ReadOnlySpan<byte> entry)
    {
        while (entry.StartsWith(Prefix))
            entry = entry[Prefix.Length..];
        return Ascii.EqualsIgnoreCase(entry[..Math.Min(entry.Length, 7)], "DOTNET_"u8);
    }

    /// <summary>As for bytes.</summary>
    public static bool Needs(ReadOnlySpan<char> entry)
    {
        while (entry.StartsWith(PrefixText))
            entry = entry[PrefixText.Length..];
        return entry.StartsWith("DOTNET_", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The entry to hand on.</summary>
    public static string Shield(string entry) => Needs(entry.AsSpan()) ? PrefixText + entry : entry;

    /// <summary>How many bytes to leave out at the front of an entry that was handed on, to have it as it was: 0 for most.</summary>
    public static int LengthToRemove(ReadOnlySpan<byte> entry) =>
        entry.StartsWith(Prefix) && Needs(entry[Prefix.Length..]) ? Prefix.Length : 0;
}
