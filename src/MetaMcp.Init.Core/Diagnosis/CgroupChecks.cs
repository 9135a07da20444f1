using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>
/// Whether the kernel can limit each service by itself: a writable cgroup v2 with the controllers for it
/// (Documentation/admin-guide/cgroup-v2.rst). <c>[limits] enforce</c> decides how severe an obstacle is.
/// </summary>
public static class CgroupChecks
{
    public const string Usable = "cgroup-usable";
    public const string Required = "limits-required";

    private const string Lost =
        "no service has a limit of its own that the kernel enforces: memory and tasks are only watched and acted on late";

    private static readonly (Controllers Controller, string Name)[] Needed = [(Controllers.Memory, "memory"), (Controllers.Tasks, "pids")];

    internal static void Find(Facts facts, FileNeeds needs, List<Finding> found)
    {
        var severity = needs.Enforce switch
        {
            Enforcement.Require => FindingSeverity.Error,
            Enforcement.Prefer => FindingSeverity.Warning,
            _ => FindingSeverity.Info,
        };
        var cgroup = facts.Cgroup;
        var before = found.Count;
        if (Obstacle(facts) is { } obstacle)
            found.Add(new(obstacle.Id, severity, obstacle.Found, Lost, obstacle.Remedies));
        if (cgroup.Version == CgroupVersion.V2 &&
            (cgroup.Access.Obstacle is CgroupObstacle.None or CgroupObstacle.ReadOnly or CgroupObstacle.NotPermitted))
            foreach (var (controller, name) in Needed)
                if (!cgroup.Offers(name))
                    found.Add(new($"cgroup-no-{name}", needs.SeverityWithout(controller),
                        $"the {name} controller is not offered in {cgroup.Directory}", Lost, WithController(controller)));
        if (found.Count == before)
            found.Add(Finding.Ok(Usable, $"cgroup v2, writable at {cgroup.Directory}, with {string.Join(", ", cgroup.Controllers)}"));
        Cpu(cgroup, needs, found);
        if (facts.HasOwnPidNamespace == true && cgroup is { IsVisible: true, HasOwnNamespace: false })
            found.Add(new("cgroup-host-namespace", FindingSeverity.Info, "the container shares the cgroup namespace of the host",
                "its paths are those of the host, and where they are writable a service that runs as root can change other containers",
                PrivateNamespace));
    }

    /// <summary>To be called after all checks of cgroups.</summary>
    internal static void FindRefusal(Facts facts, FileNeeds needs, List<Finding> found)
    {
        if (needs.Enforce == Enforcement.Require && IsRefused(facts, needs))
            found.Add(new(Required, FindingSeverity.Error,
                "[limits] enforce = \"require\", and not all that the file asks for can be enforced by the kernel here",
                "mcp-init refuses to start; mend what stands above, or say enforce = \"prefer\"", Remedies.None));
    }

    /// <summary>By the same rule as <c>run</c>: there is no tree, or a limit of the file would not be enforced in it.</summary>
    private static bool IsRefused(Facts facts, FileNeeds needs) =>
        Obstacle(facts) is not null || facts.Cgroup.Lacks(needs.Controllers) != Controllers.None ||
        (needs.Controllers.HasFlag(Controllers.Memory) && LimitChecks.IsSwapFree(facts));

    /// <summary>
    /// The same advice in one line, for the notice of a start: why the kernel does not enforce limits, and the settings that mend it.
    /// </summary>
    /// <param name="facts">Our ids and rights, and the cgroup with what the start has found of it.</param>
    /// <param name="missing">The controllers that the file needs and the kernel does not give.</param>
    /// <returns>The reason is null if the start knows it better; the advice is null if there is none.</returns>
    public static (string? Reason, string? Advice) Brief(Facts facts, Controllers missing)
    {
        if (facts.Cgroup.Access.Obstacle is CgroupObstacle.SwitchedOff or CgroupObstacle.NotFirst)
            return (null, null);
        if (Obstacle(facts) is { } obstacle)
            return (obstacle.Remedies == UnifiedHost ? obstacle.Found : null, obstacle.Remedies.Line);
        // One that is offered and was refused all the same is not mended by an offer.
        var lacking = facts.Cgroup.Lacks(missing);
        return (null, lacking == Controllers.None ? null : WithController(lacking & Controllers.Memory).Line);
    }

    private static (string Id, string Found, Remedies Remedies)? Obstacle(Facts facts)
    {
        var cgroup = facts.Cgroup;
        var directory = cgroup.Directory;
        if (cgroup.Version == CgroupVersion.V1 || cgroup.Access.Obstacle == CgroupObstacle.Version1)
            return ("cgroup-v1", "the host has cgroup version 1 only, which mcp-init does not use", UnifiedHost);
        if (cgroup.Version == CgroupVersion.Hybrid)
            return ("cgroup-hybrid", "the host is hybrid: version 1 has the controllers, and version 2 beside it has none to give",
                UnifiedHost);
        return cgroup.Access.Obstacle switch
        {
            CgroupObstacle.None => null,
            CgroupObstacle.NoProc =>
                ("cgroup-unknown", "without /proc the group we are in cannot be found", Remedies.OnHost("mount -t proc proc /proc")),
            CgroupObstacle.NotMounted => ("cgroup-not-mounted", "no cgroup v2 file system is mounted", Mounted),
            CgroupObstacle.OutOfSight =>
                ("cgroup-not-visible", "the cgroup file system that is mounted does not show the group we are in", PrivateNamespace),
            CgroupObstacle.ReadOnly =>
                ("cgroup-read-only", $"cgroup v2 is read-only at {directory}, as Docker, Podman and Kubernetes mount it by default",
                    Writable(facts)),
            CgroupObstacle.NotPermitted =>
                ("cgroup-not-ours",
                    $"{directory} belongs to uid {cgroup.Owner?.ToString() ?? "?"}, and uid {facts.Uid} may not write there" +
                    $"{(LacksOverride(facts) ? " without CAP_DAC_OVERRIDE" : "")}: {cgroup.Access.Errno}", Ownership(facts)),
            CgroupObstacle.Threaded =>
                ("cgroup-threaded", $"cgroup.type of {directory} is {Quoted.Text(cgroup.Type ?? "")}, and only a \"domain\" can be divided",
                    PrivateNamespace),
            CgroupObstacle.Shared =>
                ("cgroup-foreign-process", $"processes from outside this container are in {directory}, which must be empty to be divided",
                    PrivateNamespace),
            _ => ("cgroup-refused", cgroup.Access.Reason, PrivateNamespace),
        };
    }

    /// <summary>Few files ask for it, and memory and tasks are limited without.</summary>
    private static void Cpu(CgroupFacts cgroup, FileNeeds needs, List<Finding> found)
    {
        if (!cgroup.IsVisible || cgroup.Offers("cpu"))
            return;
        var services = needs.Names(p => p.Limits.CpuMax is not null || p.Limits.CpuWeight is not null);
        found.Add(new("cgroup-no-cpu", services.Count == 0 ? FindingSeverity.Info : needs.SeverityWithout(Controllers.Cpu),
            $"the cpu controller is not offered in {cgroup.Directory}",
            "cpu_max and cpu_weight have no effect" + (services.Count == 0 ? "" : $" ({FileNeeds.List(services)})"),
            Remedies.OnHost(Delegation)));
    }

    private static Remedies WithController(Controllers controller) => Remedies.OnHost(
        controller == Controllers.Memory ? $"kernel command line: cgroup_enable=memory; {Delegation}" : Delegation);

    /// <summary>Rootless containers get the controllers that systemd delegates to the user's manager.</summary>
    private const string Delegation = "rootless: Delegate=cpu memory pids in a drop-in of user@.service, then log in anew";

    private static Remedies Mounted { get; } = new()
    {
        Podman = "without --cgroups=disabled",
        Host = "outside a container: mount -t cgroup2 none /sys/fs/cgroup",
    };

    private static Remedies UnifiedHost { get; } =
        Remedies.OnHost("boot with systemd.unified_cgroup_hierarchy=1 on the kernel command line; no setting of a container mends it");

    private static Remedies PrivateNamespace { get; } = Remedies.Flag("--cgroupns private", "cgroup: private", null);

    /// <summary>Docker refuses writable-cgroups if the daemon is rootless or remaps users.</summary>
    private static Remedies Writable(Facts facts) => new()
    {
        Docker = facts.IsInUserNamespace ? "--privileged" : "--security-opt writable-cgroups=true (Docker 28 and later), else --privileged",
        Compose = facts.IsInUserNamespace
            ? "privileged: true"
            : "security_opt: [\"writable-cgroups=true\"] (Docker 28 and later), else privileged: true",
        Podman = "--security-opt unmask=/sys/fs/cgroup, or --systemd=always (then it is stopped by SIGRTMIN+3)",
        Containerd = "cgroup_writable = true in [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc] (2.1 and later)",
        Kubernetes = "securityContext: {privileged: true}; cgroupOptions: {mountMode: Writable} where KEP-5474 (alpha) is enabled",
    };

    /// <summary>
    /// Root may write everywhere by this one capability, but only where the owner is an id of its user namespace
    /// (<c>man 7 user_namespaces</c>).
    /// </summary>
    private static bool LacksOverride(Facts facts) => facts.Uid == 0 && !facts.Holds("dac_override") &&
        (facts.UidMap is not { } map || facts.Cgroup.Owner is not { } owner || IdMap.Has(map, owner));

    private static Remedies Ownership(Facts facts) => facts.Uid != 0
        ? Remedies.RunAsRoot
        : LacksOverride(facts)
        ? Remedies.Flag(
            "--cap-add DAC_OVERRIDE", "cap_add: [DAC_OVERRIDE]", "securityContext: {capabilities: {add: [DAC_OVERRIDE]}}")
        : new()
        {
            Docker = "--privileged",
            Compose = "privileged: true",
            Podman = "--systemd=always",
            Kubernetes = "securityContext: {privileged: true}",
            Host = Delegation,
        };
}
