using System.Globalization;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Control;

/// <summary>The process that asks for something to be done, as the events show it.</summary>
internal static class Asker
{
    /// <summary><c>root (pid 88)</c>, <c>user 1000 (pid 88)</c>.</summary>
    public static string Of(in ucred peer) => string.Create(
        CultureInfo.InvariantCulture, $"{(peer.uid == 0 ? "root" : $"user {peer.uid}")} (pid {peer.pid})");
}
