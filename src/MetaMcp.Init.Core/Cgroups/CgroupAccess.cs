using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Cgroups;

/// <summary>The reason why we cannot have a cgroup v2 tree of our own.</summary>
public enum CgroupObstacle
{
    None,

    /// <summary><c>limits.enforce = "off"</c>.</summary>
    SwitchedOff,

    /// <summary>We are not PID 1: other processes belong to our cgroup as well.</summary>
    NotFirst,

    /// <summary>There is no /proc to find the mount in.</summary>
    NoProc,

    /// <summary>The host binds its controllers to cgroup v1, alone or beside v2.</summary>
    Version1,

    /// <summary>No cgroup2 file system is mounted here.</summary>
    NotMounted,

    /// <summary>The mounted file system does not show the cgroup we are in.</summary>
    OutOfSight,

    /// <summary>Mounted read-only: Docker's default.</summary>
    ReadOnly,

    /// <summary>We may not write to the directory.</summary>
    NotPermitted,

    /// <summary>Processes of another PID namespace are in it; they cannot be moved.</summary>
    Shared,

    /// <summary>The cgroup is (part of) a threaded domain, whose children take no processes.</summary>
    Threaded,

    /// <summary>Processes came faster than they could be moved.</summary>
    NeverEmpty,

    /// <summary>A step failed for another reason.</summary>
    Refused,
}

/// <summary>The place of our cgroup, and whether we may make a tree of it.</summary>
/// <param name="Directory">A path in our file system; null if it could not be found.</param>
/// <param name="Obstacle">The obstacle, or none.</param>
/// <param name="Errno">The kernel's error, if it refused a call.</param>
public sealed record CgroupAccess(string? Directory, CgroupObstacle Obstacle, Errno Errno = default)
{
    public bool IsGranted => Obstacle == CgroupObstacle.None;

    /// <summary>The reason as one clause for a log line.</summary>
    public string Reason => Obstacle switch
    {
        CgroupObstacle.None => "the cgroup is ours",
        CgroupObstacle.SwitchedOff => "limits.enforce is \"off\"",
        CgroupObstacle.NotFirst => "mcp-init is not PID 1 here, and the cgroup is shared with what started it",
        CgroupObstacle.NoProc => "/proc is not mounted",
        CgroupObstacle.Version1 => "the host uses cgroup v1",
        CgroupObstacle.NotMounted => "no cgroup v2 file system is mounted",
        CgroupObstacle.OutOfSight => "the cgroup file system that is mounted does not show this container's own cgroup",
        CgroupObstacle.ReadOnly => $"{Directory} is mounted read-only",
        CgroupObstacle.NotPermitted => $"{Directory}: {Errno}",
        CgroupObstacle.Shared => $"{Directory} holds processes from outside this container",
        CgroupObstacle.Threaded => $"{Directory} is a threaded cgroup",
        CgroupObstacle.NeverEmpty => $"{Directory} could not be emptied",
        _ => $"{Directory}: {Errno}",
    };
}
