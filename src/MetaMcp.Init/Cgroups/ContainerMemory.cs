using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Cgroups;

/// <summary>
/// The memory of the container, and the limit that its runtime has given it (<c>docker run --memory</c>). It can be read where the cgroup
/// cannot be written too.
/// </summary>
internal sealed class ContainerMemory
{
    private readonly string _directory;

    private ContainerMemory(string directory) => _directory = directory;

    /// <summary>Null if no limit below the memory of the machine can be seen.</summary>
    /// <param name="directory">The cgroup of the container; null if it cannot be seen.</param>
    public static ContainerMemory? Find(string? directory) =>
        directory is not null && LimitOf(directory) is not null ? new ContainerMemory(directory) : null;

    /// <summary>Null if it cannot be read, or if the limit was lifted meanwhile.</summary>
    public PressureFigures? Read() => LimitOf(_directory) is { } limit ? WorkingSet.FiguresOf(_directory, limit) : null;

    /// <summary>
    /// A limit that is not below the memory of the machine is never reached. The root cgroup of a machine has no such file.
    /// </summary>
    private static long? LimitOf(string directory) =>
        InstanceCgroup.Number($"{directory}/memory.max") is { } limit && limit < Machine ? limit : null;

    private static long Machine { get; } =
        NamedFields.Number(KernelFile.ReadAll("/proc/meminfo"), "MemTotal") is { } kilobytes ? kilobytes * 1024 : long.MaxValue;
}
