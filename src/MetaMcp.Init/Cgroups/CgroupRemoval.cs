using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Cgroups;

/// <summary>
/// Removes cgroups that are no longer used, leaves first. The kernel refuses (EBUSY) while it still takes the last process of a
/// cgroup apart. A refused removal is kept and tried again with the next one, and never waited for.
/// </summary>
internal sealed class CgroupRemoval
{
    private const int MaxDepth = 32;
    private readonly List<string> _refused = [];

    public void Remove(string directory)
    {
        Retry();
        if (!TryRemove(directory, MaxDepth))
            _refused.Add(directory);
    }

    public void Retry() => _refused.RemoveAll(directory => TryRemove(directory, MaxDepth));

    private static bool TryRemove(string directory, int depth)
    {
        var error = KernelFile.RemoveDirectory(directory);
        if (error.Number is not (Errno.EBUSY or Errno.ENOTEMPTY))
            // ENOENT: another process has removed it. For every other error (EACCES after a change of mounts) a further try would
            // not help.
            return true;
        if (depth == 0)
            return false;
        foreach (var child in DirectoryEntries.Directories(directory))
            if (!TryRemove($"{directory}/{child}", depth - 1))
                return false;
        return KernelFile.RemoveDirectory(directory).Number is not (Errno.EBUSY or Errno.ENOTEMPTY);
    }
}
