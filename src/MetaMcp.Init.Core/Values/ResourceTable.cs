namespace MetaMcp.Init.Core.Values;

/// <summary>
/// The resources of <c>man 2 setrlimit</c> by name, lower case without the RLIMIT_ prefix, with the numbers of x86-64 and
/// arm64.
/// </summary>
public static class ResourceTable
{
    private static readonly string[] Names =
    [
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending",
        "msgqueue", "nice", "rtprio", "rttime",
    ];

    /// <summary>All names, each at the index that is its number.</summary>
    public static ReadOnlySpan<string> All => Names;

    /// <summary>Reads <c>nofile</c> or <c>RLIMIT_NOFILE</c>, in any case; -1 where there is none such.</summary>
    public static int Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var bare = name.AsSpan(name.StartsWith("rlimit_", StringComparison.OrdinalIgnoreCase) ? 7 : 0);
        for (var number = 0; number < Names.Length; number++)
            if (bare.Equals(Names[number], StringComparison.OrdinalIgnoreCase))
                return number;
        return -1;
    }
}
