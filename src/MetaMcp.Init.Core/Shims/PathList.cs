namespace MetaMcp.Init.Core.Shims;

/// <summary>The value of PATH.</summary>
public static class PathList
{
    /// <summary>Without each entry that is this directory, with or without a slash at its end; null if there is none.</summary>
    public static string? Without(string path, string directory)
    {
        ArgumentNullException.ThrowIfNull(path);
        var entries = path.Split(':');
        var left = Array.FindAll(entries, entry => !string.Equals(Bare(entry), Bare(directory), StringComparison.Ordinal));
        return left.Length == entries.Length ? null : string.Join(':', left);
    }

    // The root stays as it is.
    private static string Bare(string entry) => entry.Length > 1 ? entry.TrimEnd('/') : entry;
}
