namespace MetaMcp.Init.Core.KernelText;

/// <summary>One mount of /proc/[pid]/mountinfo (<c>man 5 proc</c>).</summary>
/// <param name="Root">The directory of the file system that is mounted; it begins with <c>/..</c> if it lies outside our
/// namespace.</param>
/// <param name="MountPoint">The place of the mount, as our root shows it.</param>
/// <param name="FileSystem">The type: <c>cgroup2</c>, <c>proc</c>.</param>
/// <param name="IsReadOnly">By this mount's own options or by the file system's.</param>
public sealed record Mount(string Root, string MountPoint, string FileSystem, bool IsReadOnly)
{
    /// <summary>The options of this mount and of the file system, as they stand: <c>hidepid=2</c> is among them.</summary>
    public string Options { get; init; } = "";
}
