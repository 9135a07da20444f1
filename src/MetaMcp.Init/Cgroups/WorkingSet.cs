using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Cgroups;

/// <summary>
/// The memory of a cgroup that it would miss: <c>memory.current</c> without <c>inactive_file</c> of <c>memory.stat</c>
/// (cgroup-v2.rst). Those are pages of files that were read once, which the kernel takes back first. A service that reads large files
/// is always at its cap by memory.current alone, without being in trouble. <c>docker stats</c> and the working set of Kubernetes use
/// the same difference.
/// </summary>
internal static class WorkingSet
{
    /// <summary>In bytes; null if memory is not counted there.</summary>
    public static long? Of(string directory) => FiguresOf(directory, null)?.Used;

    /// <summary>The same with the whole that it holds, below a limit; null if memory is not counted there.</summary>
    public static PressureFigures? FiguresOf(string directory, long? limit)
    {
        if (InstanceCgroup.Number($"{directory}/memory.current") is not { } current)
            return null;
        // The file has some sixty lines; this one is among the first twenty.
        Span<byte> stat = stackalloc byte[4096];
        var files = KernelFile.Read($"{directory}/memory.stat", stat, out var length).IsSuccess
            ? FlatKeyed.Value(stat[..length], "inactive_file"u8) : 0;
        return new PressureFigures(Math.Max(current - files, 0), current, limit);
    }
}
