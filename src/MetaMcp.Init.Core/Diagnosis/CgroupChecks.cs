using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>
/// Whether the kernel can be told to limit each service by itself: a writable cgroup v2 with the controllers for it
/// (Documentation/admin-guide/cgroup-v2.rst). What stands in the way of that is as bad as <c>[limits] enforce</c> makes it.
/// </summary>
internal static class CgroupChecks
{
    public const string Usable = "cgroup-usable";

    private const string Lost = "no service has a limit of its own that the kernel enforces: memory and tasks are only watched and acted on late";

    private static readonly string[] Needed = ["memory", "pids"];

    public static IEnumerable<Finding> Find(Facts facts, FileNeeds needs)
    {
        List<Finding> found = [.. Obstacles(facts, needs.Enforce switch
        {
            Enforcement.Require => FindingSeverity.Error,
            Enforcement.Prefer => FindingSeverity.Warning,
            _ => FindingSeverity.Info,
        })];
        if (found.Count == 0)
            found.Add(Finding.Ok(Usable, $"cgroup v2, writable at {facts.Cgroup.Directory}, with {string.Join(", ", facts.Cgroup.Controllers)}"));
        else if (needs.Enforce == Enforcement.Require)
            found.Insert(0, new("limits-required", FindingSeverity.Error,
                "[limits] enforce = \"require\", and the kernel cannot be told to enforce anything here",
                "mcp-init refuses to start; mend what follows, or say enforce = \"prefer\"", Remedies.None));
        found.AddRange(Cpu(facts, needs));
        if (facts is { HasOwnPidNamespace: true, Cgroup: { IsVisible: true, HasOwnNamespace: false } })
            found.Add(new("cgroup-host-namespace", FindingSeverity.Info, "the container shares the cgroup namespace of the host",
                "its paths are those of the host, and where they are writable a service that runs as root can change other containers",
                PrivateNamespace));
        return found;
    }

    private static IEnumerable<Finding> Obstacles(Facts facts, FindingSeverity severity)
    {
        var cgroup = facts.Cgroup;
        var directory = cgroup.Directory;
        Finding Obstacle(string id, string what, Remedies remedies) => new(id, severity, what, Lost, remedies);
        switch (cgroup.Version)
        {
            case CgroupVersion.V1:
                return [Obstacle("cgroup-v1", "the host has cgroup version 1 only, which mcp-init does not use", UnifiedHost)];
            case CgroupVersion.Hybrid:
                return [Obstacle("cgroup-hybrid", "the host is hybrid: version 1 has the controllers, and version 2 beside it has none to give", UnifiedHost)];
        }
        switch (cgroup.Access.Obstacle)
        {
            case CgroupObstacle.None:
                return Controllers(cgroup, Obstacle);
            case CgroupObstacle.NoProc:
                return [Obstacle("cgroup-unknown", "without /proc the group we are in cannot be found", Remedies.OnHost("mount -t proc proc /proc"))];
            case CgroupObstacle.NotMounted or CgroupObstacle.Version1:
                return [Obstacle("cgroup-not-mounted", "no cgroup v2 file system is mounted", Mounted)];
            case CgroupObstacle.OutOfSight:
                return [Obstacle("cgroup-not-visible", "the cgroup file system that is mounted does not show the group we are in", PrivateNamespace)];
            case CgroupObstacle.ReadOnly:
                return
                [
                    Obstacle("cgroup-read-only", $"cgroup v2 is read-only at {directory}, as Docker, Podman and Kubernetes mount it by default", Writable(facts)),
                    .. Controllers(cgroup, Obstacle),
                ];
            case CgroupObstacle.NotPermitted:
                return
                [
                    Obstacle("cgroup-not-ours", $"{directory} belongs to uid {cgroup.Owner?.ToString() ?? "?"}, and uid {facts.Uid} may not write there: {cgroup.Access.Errno}", Ownership(facts)),
                    .. Controllers(cgroup, Obstacle),
                ];
            case CgroupObstacle.Threaded:
                return [Obstacle("cgroup-threaded", $"cgroup.type of {directory} is \"{cgroup.Type}\", and only a \"domain\" can be divided", PrivateNamespace)];
            case CgroupObstacle.Shared:
                return [Obstacle("cgroup-foreign-process", $"processes from outside this container are in {directory}, which must be empty to be divided", PrivateNamespace)];
            default:
                return [Obstacle("cgroup-refused", cgroup.Access.Reason, PrivateNamespace)];
        }
    }

    private static IEnumerable<Finding> Controllers(CgroupFacts cgroup, Func<string, string, Remedies, Finding> obstacle)
    {
        foreach (var controller in Needed)
            if (!cgroup.Controllers.Contains(controller))
                yield return obstacle($"cgroup-no-{controller}", $"the {controller} controller is not offered in {cgroup.Directory}",
                    controller == "memory" ? Delegated with { Host = $"kernel command line: cgroup_enable=memory; {Delegated.Host}" } : Delegated);
    }

    /// <summary>Few files ask for it, and memory and tasks are limited without.</summary>
    private static IEnumerable<Finding> Cpu(Facts facts, FileNeeds needs)
    {
        var cgroup = facts.Cgroup;
        var who = needs.Who(p => p.Limits.CpuMax is not null || p.Limits.CpuWeight is not null);
        if (cgroup.IsVisible && !cgroup.Controllers.Contains("cpu"))
            yield return new("cgroup-no-cpu", who.IsEmpty || needs.Enforce == Enforcement.Off ? FindingSeverity.Info : FindingSeverity.Warning,
                $"the cpu controller is not offered in {cgroup.Directory}",
                "cpu_max and cpu_weight have no effect" + (who.IsEmpty ? "" : $" ({FileNeeds.List(who)})"),
                Delegated);
    }

    /// <summary>Rootless containers get what systemd hands to the user's manager.</summary>
    private static Remedies Delegated { get; } =
        Remedies.OnHost("rootless: Delegate=cpu memory pids in a drop-in of user@.service, then log in anew");

    private static Remedies Mounted { get; } = new()
    {
        Podman = "without --cgroups=disabled",
        Host = "outside a container: mount -t cgroup2 none /sys/fs/cgroup",
    };

    private static Remedies UnifiedHost { get; } =
        Remedies.OnHost("boot with systemd.unified_cgroup_hierarchy=1 on the kernel command line; no setting of a container mends it");

    private static Remedies PrivateNamespace { get; } = Remedies.Flag("--cgroupns private", "cgroup: private", null);

    /// <summary>Docker refuses writable-cgroups where the daemon is rootless or remaps users.</summary>
    private static Remedies Writable(Facts facts) => new()
    {
        Docker = facts.IsInUserNamespace ? "--privileged" : "--security-opt writable-cgroups=true (Docker 28 and later), else --privileged",
        Compose = facts.IsInUserNamespace ? "privileged: true" : "security_opt: [\"writable-cgroups=true\"] (Docker 28 and later), else privileged: true",
        Podman = "--security-opt unmask=/sys/fs/cgroup, or --systemd=always (then it is stopped by SIGRTMIN+3)",
        Containerd = "cgroup_writable = true in [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc] (2.1 and later)",
        Kubernetes = "securityContext: {privileged: true}; cgroupOptions: {mountMode: Writable} where KEP-5474 (alpha) is enabled",
    };

    private static Remedies Ownership(Facts facts) => facts.Uid != 0
        ? Remedies.RunAsRoot
        : new()
        {
            Docker = "--privileged",
            Compose = "privileged: true",
            Podman = "--systemd=always",
            Kubernetes = "securityContext: {privileged: true}",
            Host = Delegated.Host,
        };
}
