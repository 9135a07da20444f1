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
        return found;
    }

    private static IEnumerable<Finding> Obstacles(Facts facts, FindingSeverity severity)
    {
        var cgroup = facts.Cgroup;
        Finding Obstacle(string id, string what, Remedies remedies) => new(id, severity, what, Lost, remedies);
        switch (cgroup)
        {
            case { Version: CgroupVersion.V1 }:
                yield return Obstacle("cgroup-v1", "the host has cgroup version 1 only, which mcp-init does not use", UnifiedHost);
                yield break;
            case { Version: CgroupVersion.Hybrid }:
                yield return Obstacle("cgroup-hybrid", "the host is hybrid: the controllers are in cgroup version 1, and version 2 beside it has none to give", UnifiedHost);
                yield break;
            case { Version: CgroupVersion.None }:
                yield return Obstacle("cgroup-not-mounted", "no cgroup file system is mounted",
                    new() { Podman = "without --cgroups=disabled", Host = "outside a container: mount -t cgroup2 none /sys/fs/cgroup" });
                yield break;
            case { Directory: null }:
                yield return Obstacle("cgroup-not-visible", cgroup.Problem ?? $"the cgroup file system at {cgroup.Mount} does not show the group we are in", PrivateNamespace);
                yield break;
        }
        if (cgroup.IsReadOnly || cgroup.Access.Number == EROFS)
            yield return Obstacle("cgroup-read-only", $"cgroup v2 is mounted read-only at {cgroup.Mount ?? "/sys/fs/cgroup"}, the default of Docker, Podman and Kubernetes", Writable(facts));
        else if (!cgroup.Access.IsSuccess)
            yield return Obstacle("cgroup-not-ours", $"{cgroup.Directory} belongs to uid {cgroup.Owner?.ToString() ?? "?"} and is not writable for uid {facts.Uid}: {cgroup.Access}", Ownership(facts));
        if (cgroup.Type is not (null or "domain"))
            yield return Obstacle("cgroup-threaded", $"cgroup.type of {cgroup.Directory} is \"{cgroup.Type}\", and only a \"domain\" can be divided for memory", PrivateNamespace);
        if (cgroup.HasForeignProcess)
            yield return Obstacle("cgroup-foreign-process", $"a process of another PID namespace is in {cgroup.Directory}, and the kernel gives controllers only to children of an empty group", PrivateNamespace);
        foreach (var controller in Needed)
            if (!cgroup.Controllers.Contains(controller))
                yield return Obstacle($"cgroup-no-{controller}", $"the {controller} controller is not offered in {cgroup.Directory}", Remedies.OnHost(
                    controller == "memory"
                        ? "kernel command line: cgroup_enable=memory; rootless: Delegate=memory pids cpu in the systemd unit of the user"
                        : "rootless: Delegate=memory pids cpu in the systemd unit of the user"));
    }

    /// <summary>Few files ask for it, and memory and tasks are limited without.</summary>
    private static IEnumerable<Finding> Cpu(Facts facts, FileNeeds needs)
    {
        var cgroup = facts.Cgroup;
        var who = needs.Who(p => p.Limits.CpuMax is not null || p.Limits.CpuWeight is not null);
        if (cgroup is { Version: CgroupVersion.V2, Directory: not null } && !cgroup.Controllers.Contains("cpu"))
            yield return new("cgroup-no-cpu", who.IsEmpty || needs.Enforce == Enforcement.Off ? FindingSeverity.Info : FindingSeverity.Warning,
                $"the cpu controller is not offered in {cgroup.Directory}",
                "cpu_max and cpu_weight have no effect" + (who.IsEmpty ? "" : $" ({FileNeeds.List(who)})"),
                Remedies.OnHost("rootless: Delegate=memory pids cpu in the systemd unit of the user"));
    }

    private const int EROFS = 30;

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
        ? Remedies.RunAsRoot with { Host = "rootless: Delegate=memory pids cpu in the systemd unit of the user" }
        : new()
        {
            Docker = "--privileged",
            Compose = "privileged: true",
            Podman = "--systemd=always",
            Kubernetes = "securityContext: {privileged: true}",
            Host = "rootless: Delegate=memory pids cpu in the systemd unit of the user",
        };
}
