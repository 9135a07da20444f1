namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>A directory of the cgroup file system, whose files go with it and cannot be removed.</summary>
internal static class CgroupDirectory
{
    /// <summary>With those below it, leaves first. False while the kernel is not done with its last process.</summary>
    public static bool TryRemove(string path) =>
        !Directory.Exists(path) || (Directory.GetDirectories(path).All(TryRemove) && Native.TryRemoveDirectory(path));
}
