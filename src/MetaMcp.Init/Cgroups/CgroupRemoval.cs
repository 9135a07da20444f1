using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Cgroups;

/// <summary>
/// Removes cgroups that have done their duty, leaves first. The kernel refuses (EBUSY) while the last process of one is still
/// being taken apart; what is refused is kept and tried again with the next one, never waited for.
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
            // ENOENT: somebody was quicker. What else there is (EACCES after a change of mounts) no trying again would mend.
            return true;
        if (depth == 0)
            return false;
        foreach (var child in DirectoryEntries.Directories(directory))
            if (!TryRemove($"{directory}/{child}", depth - 1))
                return false;
        return KernelFile.RemoveDirectory(directory).Number is not (Errno.EBUSY or Errno.ENOTEMPTY);
    }
}
