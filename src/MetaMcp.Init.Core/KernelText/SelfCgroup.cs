using System.Text;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>/proc/[pid]/cgroup (<c>man 7 cgroups</c>): a line for each hierarchy, cgroup v2's begins with <c>0::</c>.</summary>
public static class SelfCgroup
{
    /// <summary>The path within the hierarchy, as our namespace shows it; null if there is no cgroup v2.</summary>
    public static string? Unified(ReadOnlySpan<byte> file)
    {
        foreach (var range in file.Split((byte)'\n'))
            if (file[range].StartsWith("0::/"u8))
                return Encoding.UTF8.GetString(file[range]["0::".Length..]);
        return null;
    }

    /// <summary>Whether controllers are bound to hierarchies of cgroup v1.</summary>
    public static bool HasVersion1(ReadOnlySpan<byte> file)
    {
        foreach (var range in file.Split((byte)'\n'))
            if (file[range].IndexOf((byte)':') is var colon and > 0 && !file[range].StartsWith("0::"u8) &&
                !file[range][(colon + 1)..].StartsWith("name="u8))
                return true;
        return false;
    }
}
