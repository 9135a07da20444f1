namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>A directory of the cgroup file system. Its files cannot be removed; they disappear with the directory.</summary>
internal static class CgroupDirectory
{
    /// <summary>
    /// Removes the directory and those below it, leaves first. False while the kernel has not finished with its last process.
    /// </summary>
    public static bool TryRemove(string path) =>
        !Directory.Exists(path) || (Directory.GetDirectories(path).All(TryRemove) && Native.TryRemoveDirectory(path));
}
