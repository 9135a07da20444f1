using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Cgroups;

/// <summary>
/// What a cgroup holds and would miss: <c>memory.current</c> without <c>inactive_file</c> of <c>memory.stat</c> (cgroup-v2.rst), the
/// files that were read once and that the kernel takes back first. A service that reads large files is at its cap all the time by
/// memory.current alone, and in no trouble. The same difference as in <c>docker stats</c> and in the working set of Kubernetes.
/// </summary>
internal static class WorkingSet
{
    /// <summary>In bytes; null where memory is not counted there.</summary>
    public static long? Of(string directory)
    {
        if (InstanceCgroup.Number($"{directory}/memory.current") is not { } current)
            return null;
        // Some sixty lines, of which it is among the first twenty.
        Span<byte> stat = stackalloc byte[4096];
        var files = KernelFile.Read($"{directory}/memory.stat", stat, out var length).IsSuccess
            ? FlatKeyed.Value(stat[..length], "inactive_file"u8) : 0;
        return Math.Max(current - files, 0);
    }
}
