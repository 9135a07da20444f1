using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Cgroups;

/// <summary>Finds the directory of the cgroup we are in (cgroup-v2.rst, "Namespace"), and changes nothing.</summary>
internal static class CgroupRoot
{
    private const string MountInfoPath = "/proc/self/mountinfo";
    private const string SelfPath = "/proc/self/cgroup";

    public static CgroupAccess Find()
    {
        var self = KernelFile.ReadAll(SelfPath);
        var mountInfo = KernelFile.ReadAll(MountInfoPath);
        if (mountInfo.Length == 0)
            return new CgroupAccess(null, CgroupObstacle.NoProc);
        var mounts = MountInfo.Find(mountInfo, "cgroup2"u8);
        if (SelfCgroup.Unified(self) is not { } path || mounts.IsEmpty)
            return new CgroupAccess(null, MountInfo.Find(mountInfo, "cgroup"u8).Length > 0 || SelfCgroup.HasVersion1(self)
                ? CgroupObstacle.Version1 : CgroupObstacle.NotMounted);

        (string Directory, bool IsReadOnly)? best = null;
        foreach (var mount in mounts)
        {
            // Prefers a mount that is writable, and of several the last, which covers the others.
            if (Within(mount, path) is { } directory && KernelFile.Exists($"{directory}/cgroup.procs") &&
                (best is not { IsReadOnly: false } || !mount.IsReadOnly))
                best = (directory, mount.IsReadOnly);
        }
        if (best is not { } found)
            return new CgroupAccess(null, CgroupObstacle.OutOfSight);
        if (found.IsReadOnly)
            return new CgroupAccess(found.Directory, CgroupObstacle.ReadOnly);
        return MayWrite(found.Directory, out var refused)
            ? Examine(found.Directory)
            : new CgroupAccess(found.Directory, CgroupObstacle.NotPermitted, refused);
    }

    /// <summary>The path of a cgroup below a mount; null if the mount does not show it.</summary>
    private static string? Within(Mount mount, string path)
    {
        if (path.StartsWith("/..", StringComparison.Ordinal) || mount.Root.StartsWith("/..", StringComparison.Ordinal))
            return null;
        var root = mount.Root.TrimEnd('/');
        if (!path.StartsWith(root, StringComparison.Ordinal) || (path.Length > root.Length && path[root.Length] != '/'))
            return null;
        return mount.MountPoint.TrimEnd('/') + path[root.Length..].TrimEnd('/');
    }

    private static unsafe bool MayWrite(string directory, out Errno refused)
    {
        refused = Errno.None;
        foreach (var path in (ReadOnlySpan<string>)[directory, $"{directory}/cgroup.procs", $"{directory}/cgroup.subtree_control"])
            fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(path + "\0"))
                if (access(name, W_OK) != 0)
                {
                    refused = LastError;
                    return false;
                }
        return true;
    }

    private static CgroupAccess Examine(string directory)
    {
        Span<byte> text = stackalloc byte[64];
        // The root cgroup of the machine has no such file, and is always a domain.
        if (KernelFile.Read($"{directory}/cgroup.type", text, out var length).IsSuccess && !text[..length].SequenceEqual("domain\n"u8))
            return new CgroupAccess(directory, CgroupObstacle.Threaded);
        return HasStrangers(directory)
            ? new CgroupAccess(directory, CgroupObstacle.Shared)
            : new CgroupAccess(directory, CgroupObstacle.None);
    }

    /// <summary>A process that has no pid in our PID namespace is listed as 0.</summary>
    private static bool HasStrangers(string directory)
    {
        var members = KernelFile.ReadAll($"{directory}/cgroup.procs");
        foreach (var range in members.AsSpan().Split((byte)'\n'))
            if (members.AsSpan()[range].SequenceEqual("0"u8))
                return true;
        return false;
    }
}
