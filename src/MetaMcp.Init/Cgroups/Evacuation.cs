using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Cgroups;

/// <summary>
/// Moves every process of a cgroup into a leaf below it: a cgroup with processes of its own cannot give controllers to its children
/// (cgroup-v2.rst, "No Internal Process Constraint"). A runtime may put in another process at any moment (<c>docker exec</c>), and a
/// process that forks leaves its child behind, so the list is read until it stays empty.
/// </summary>
internal static class Evacuation
{
    /// <summary>
    /// Each pass moves the processes that remained or came in; a process that forks repeatedly is caught by the second pass.
    /// </summary>
    private const int MaxPasses = 1000;

    /// <summary>Null if the cgroup is empty now, or holds only threads of the kernel, which belong to no container.</summary>
    public static CgroupAccess? Empty(string root, string leaf)
    {
        var target = $"{leaf}/cgroup.procs";
        var isMachine = !KernelFile.Exists($"{root}/cgroup.type");
        for (var pass = 0; pass < MaxPasses; pass++)
        {
            var members = KernelFile.ReadAll($"{root}/cgroup.procs");
            if (members.Length == 0)
                return null;
            var moved = false;
            foreach (var range in members.AsSpan().Split((byte)'\n'))
            {
                var pid = members.AsSpan()[range];
                if (pid.IsEmpty)
                    continue;
                // The kernel takes a 0 for the writing process, and would move ourselves.
                if (pid.SequenceEqual("0"u8))
                    return new CgroupAccess(root, CgroupObstacle.Shared);
                var error = KernelFile.Write(target, System.Text.Encoding.ASCII.GetString(pid));
                // ESRCH: the process has ended meanwhile. EINVAL: a thread of the kernel, bound to the root.
                moved |= error.IsSuccess || error.Number == Errno.ESRCH;
                if (!error.IsSuccess && error.Number is not (Errno.ESRCH or Errno.EINVAL))
                    return new CgroupAccess(
                        target, error.Number is Errno.EACCES or Errno.EPERM ? CgroupObstacle.NotPermitted : CgroupObstacle.Refused, error);
            }
            if (!moved && isMachine)
                return null;
        }
        return new CgroupAccess(root, CgroupObstacle.NeverEmpty);
    }
}
