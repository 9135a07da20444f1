using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>
/// What was found out about the kernel, the container and ourselves, without changing any of it. A null is what could not
/// be found out: without /proc that is much.
/// </summary>
public sealed record Facts : Case
{
    /// <summary>As <c>uname -r</c> and <c>uname -m</c> say.</summary>
    public string Release { get; init; } = "";
    public string Machine { get; init; } = "";

    public int Pid { get; init; }

    /// <summary>What PID 1 calls itself; ours is looked at from <c>docker exec</c> as a rule, where we are not it.</summary>
    public string? FirstProcess { get; init; }

    public uint Uid { get; init; }
    public uint Gid { get; init; }

    /// <summary>The name of <see cref="Uid"/> in /etc/passwd.</summary>
    public string? UserName { get; init; }

    /// <summary>The ids there are; null where it could not be read.</summary>
    public IdRange[]? UidMap { get; init; }

    /// <summary>Whether the PID namespace is another than the machine's first.</summary>
    public bool? HasOwnPidNamespace { get; init; }

    /// <summary>What has left its mark: docker, podman, kubernetes. Empty is no mark, not no container.</summary>
    public string[] Containers { get; init; } = [];

    public bool NoNewPrivileges { get; init; }

    /// <summary><c>man 2 seccomp</c>: 0 none, 1 strict, 2 filtered.</summary>
    public int? SeccompMode { get; init; }

    public CallAnswer[] Calls { get; init; } = [];

    /// <summary>Masks with one bit a capability.</summary>
    public ulong Capabilities { get; init; }
    public ulong BoundingCapabilities { get; init; }

    /// <summary>By the number of the resource; null where they could not be read.</summary>
    public ulong[]? HardLimits { get; init; }
    public ulong? OpenFiles { get; init; }

    public int? OomScoreAdjust { get; init; }

    /// <summary>Null where /proc/meminfo does not say; 0 is no swap.</summary>
    public ByteSize? Swap { get; init; }

    public bool HasProc { get; init; } = true;

    /// <summary>The <c>hidepid</c> of /proc; null is none, as is usual.</summary>
    public string? HidePid { get; init; }

    public PressureFacts Pressure { get; init; } = new();

    public DirectoryFacts RuntimeDirectory { get; init; } = new();

    public CgroupFacts Cgroup { get; init; } = new();

    /// <summary>In the order of the services; null where there is no file to go by.</summary>
    public Absence[]? Absences { get; init; }

    // A record for its copies with a change; what the compiler writes to compare two takes more than all of the rest.
    public bool Equals(Facts? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Pid;

    public bool Holds(string capability) => (Capabilities >> CapabilityTable.Find(capability) & 1) != 0;

    /// <summary>Linux 6.4 gives triggers to everybody, for windows of whole multiples of 2 s; before it took CAP_SYS_RESOURCE.</summary>
    public bool HasPressureTriggers => Pressure is { IsThere: true, IsWritable: true }
        && (Holds("sys_resource") || (KernelRelease.Read(Release) is { } release && !release.IsBefore(new KernelRelease(6, 4))));

    public bool IsInUserNamespace => UidMap is { } map && !IdMap.IsWhole(map);
}

/// <summary>Pressure stall information (Documentation/accounting/psi.rst).</summary>
public sealed class PressureFacts
{
    /// <summary>/proc/pressure/memory can be read.</summary>
    public bool OfMachine { get; init; }

    /// <summary>memory.pressure of our cgroup can be read.</summary>
    public bool OfCgroup { get; init; }

    /// <summary>One of them can be opened for writing, which is how a trigger is set.</summary>
    public bool IsWritable { get; init; }

    public bool IsThere => OfMachine || OfCgroup;
}

/// <summary>A directory that will be wanted.</summary>
public sealed class DirectoryFacts
{
    public string Path { get; init; } = "/run/mcp-init";

    /// <summary>The nearest part of it that is there.</summary>
    public string Nearest { get; init; } = "/run";

    /// <summary>What writing to that would be answered.</summary>
    public Errno Access { get; init; }
}

/// <summary>What a system call answered that was made so that it does nothing.</summary>
/// <param name="name">As in the manual.</param>
/// <param name="answer">Its error, or success; which of them means that it is allowed is the check's concern.</param>
public sealed class CallAnswer(string name, Errno answer)
{
    public string Name { get; } = name;
    public Errno Answer { get; } = answer;

    /// <summary>
    /// A filter answers with one of these two before the kernel looks at the arguments, a kernel without the call with
    /// the second: any other error means that it is there and allowed.
    /// </summary>
    public bool IsRefused => Answer.Number is Errno.EPERM or Errno.ENOSYS;
}
