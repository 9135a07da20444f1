using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Values;

/// <summary>
/// The resources of <c>man 2 setrlimit</c> by name, lower case without the RLIMIT_ prefix, with the numbers of x86-64 and
/// arm64 (<c>asm-generic/resource.h</c>).
/// </summary>
public static class ResourceTable
{
    /// <summary>All names, each at the index that is its number.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending",
        "msgqueue", "nice", "rtprio", "rttime",
    ];

    /// <summary>Reads <c>nofile</c> or <c>RLIMIT_NOFILE</c>, in any case; -1 where there is none such.</summary>
    public static int Find(string name) => NumberedNames.Find(All, "rlimit_", name);

    /// <summary>Whether the kernel counts the resource in bytes, so that a limit may be written as a size.</summary>
    public static bool IsInBytes(string resource) =>
        resource is "fsize" or "data" or "stack" or "core" or "rss" or "memlock" or "as" or "msgqueue";
}
