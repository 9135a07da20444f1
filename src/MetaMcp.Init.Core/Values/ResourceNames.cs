using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Values;

/// <summary>
/// Resources of <c>man 2 getrlimit</c>: the index is the number on x86-64 and arm64 (<c>asm-generic/resource.h</c>), the
/// name is in lower case without RLIMIT_.
/// </summary>
public static class ResourceNames
{
    public static ImmutableArray<string> All { get; } =
    [
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending",
        "msgqueue", "nice", "rtprio", "rttime",
    ];

    /// <summary>Those counted in bytes, which may be written as sizes.</summary>
    public static bool IsInBytes(string resource) =>
        resource is "fsize" or "data" or "stack" or "core" or "rss" or "memlock" or "as" or "msgqueue";
}
