using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>
/// Facts about the kernel, the container and ourselves, found without changing anything. Null stands for a fact that could not be
/// found; without /proc that is many of them.
/// </summary>
public sealed record Facts : Case
{
    /// <summary>As <c>uname -r</c> and <c>uname -m</c> say.</summary>
    public string Release { get; init; } = "";
    public string Machine { get; init; } = "";

    public int Pid { get; init; }

    /// <summary>The name of PID 1; usually doctor runs in a <c>docker exec</c>, and PID 1 is another process.</summary>
    public string? FirstProcess { get; init; }

    public uint Uid { get; init; }
    public uint Gid { get; init; }

    /// <summary>The name of <see cref="Uid"/> in /etc/passwd.</summary>
    public string? UserName { get; init; }

    /// <summary>The ids that exist; null if the map could not be read.</summary>
    public IdRange[]? UidMap { get; init; }

    /// <summary>Whether the PID namespace is another than the machine's first.</summary>
    public bool? HasOwnPidNamespace { get; init; }

    /// <summary>
    /// The platforms whose marks were found: docker, podman, kubernetes. Empty means no mark, not that there is no container.
    /// </summary>
    public string[] Containers { get; init; } = [];

    public bool NoNewPrivileges { get; init; }

    /// <summary><c>man 2 seccomp</c>: 0 none, 1 strict, 2 filtered.</summary>
    public int? SeccompMode { get; init; }

    public CallAnswer[] Calls { get; init; } = [];

    /// <summary>A mask with one bit for each capability.</summary>
    public ulong Capabilities { get; init; }
    public ulong BoundingCapabilities { get; init; }

    /// <summary>By the number of the resource; null if they could not be read.</summary>
    public ulong[]? HardLimits { get; init; }
    public ulong? OpenFiles { get; init; }

    public int? OomScoreAdjust { get; init; }

    /// <summary>Null if /proc/meminfo does not say; 0 is no swap.</summary>
    public ByteSize? Swap { get; init; }

    public bool HasProc { get; init; } = true;

    /// <summary>The <c>hidepid</c> of /proc; null is none, as is usual.</summary>
    public string? HidePid { get; init; }

    public PressureFacts Pressure { get; init; } = new();

    public DirectoryFacts RuntimeDirectory { get; init; } = new();

    public CgroupFacts Cgroup { get; init; } = new();

    /// <summary>In the order of the services; null if there is no file.</summary>
    public Absence[]? Absences { get; init; }

    // This is a record so that it can be copied with changes. The compiler's code to compare two would be larger than all the rest.
    public bool Equals(Facts? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Pid;

    public bool Holds(string capability) => (Capabilities >> CapabilityTable.Find(capability) & 1) != 0;

    /// <summary>
    /// Linux 6.4 gives triggers to every user, for windows of whole multiples of 2 s; before, they took CAP_SYS_RESOURCE.
    /// </summary>
    public bool HasPressureTriggers => Pressure is { IsThere: true, IsWritable: true }
        && (Holds("sys_resource") || (KernelRelease.Read(Release) is { } release && !release.IsBefore(new KernelRelease(6, 4))));

    public bool IsInUserNamespace => UidMap is { } map && !IdMap.IsWhole(map);
}

/// <summary>The answer to a system call that was made in a way that does nothing.</summary>
/// <param name="name">As in the manual.</param>
/// <param name="answer">Its error, or success; the check decides which of them means that the call is allowed.</param>
public sealed class CallAnswer(string name, Errno answer)
{
    public string Name { get; } = name;
    public Errno Answer { get; } = answer;

    /// <summary>
    /// A filter returns one of these two errors before the kernel looks at the arguments; a kernel without the call returns the
    /// second. Any other error means that the call exists and is allowed.
    /// </summary>
    public bool IsRefused => Answer.Number is Errno.EPERM or Errno.ENOSYS;
}
