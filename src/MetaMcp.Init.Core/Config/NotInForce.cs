using System.Collections.Immutable;
using MetaMcp.Init.Core.Config.Toml;

namespace MetaMcp.Init.Core.Config;

/// <summary>
/// Finds keys that have no effect yet. They are read and checked like all others, so that one file serves today and later, but an
/// operator must not believe that a cap is enforced when it is not: each key is named, at its first place.
/// </summary>
internal static class NotInForce
{
    /// <summary>Keys of every <c>[server.NAME]</c>.</summary>
    private static readonly string[] OfServers = ["share", "share_concurrency", "share_linger"];

    public static ImmutableArray<Diagnostic> Find(TomlTable root)
    {
        var found = new List<Diagnostic>();
        foreach (var key in OfServers)
            if (FirstOfServers(root, key) is { } entry)
                found.Add(Warning(entry, $"{key} of a server"));
        return Diagnostic.Sort(found);
    }

    private static TomlEntry? FirstOfServers(TomlTable root, string key)
    {
        foreach (var server in (root.Find("server")?.Value as TomlTable)?.Entries ?? [])
            if ((server.Value as TomlTable)?.Find(key) is { } entry)
                return entry;
        return null;
    }

    private static Diagnostic Warning(TomlEntry entry, string what) =>
        new(Severity.Warning, entry.At, $"{what} is read and checked, but has no effect yet");
}
