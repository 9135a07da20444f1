using System.Globalization;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Doctor;

/// <summary>The words for facts and platforms that the page and the JSON document share.</summary>
internal static class DoctorFacts
{
    private const long Mebibyte = 1L << 20;

    public static string[] Versions { get; } = ["none", "v1", "hybrid", "v2"];

    public static string[] Severities { get; } = ["ok", "info", "warning", "error"];

    public static void EachSetting(Remedies remedies, Action<string, string?> setting)
    {
        setting("docker", remedies.Docker);
        setting("compose", remedies.Compose);
        setting("podman", remedies.Podman);
        setting("containerd", remedies.Containerd);
        setting("kubernetes", remedies.Kubernetes);
        setting("image", remedies.Image);
        setting("host", remedies.Host);
    }

    public static void Each(Facts facts, Action<string, string> row)
    {
        row("kernel", $"Linux {facts.Release} on {facts.Machine}");
        row("container", facts.Containers.Length == 0 ? "no mark of Docker, Podman or Kubernetes" : string.Join(", ", facts.Containers));
        row("process", facts.Pid == 1
            ? "PID 1" : $"PID {facts.Pid}; PID 1 is {(facts.FirstProcess is { } first ? Quote(first) : "not known")}");
        row("user", (facts.UserName is { } name ? $"{name}, " : "") + $"uid {facts.Uid}, gid {facts.Gid}");
        row("namespaces",
            string.Join(", ", Namespace("PID", facts.HasOwnPidNamespace),
            Namespace("user", facts.UidMap is null ? null : facts.IsInUserNamespace), Namespace("cgroup", facts.Cgroup.HasOwnNamespace)));
        row("cgroup", Cgroup(facts.Cgroup));
        row("its limits", Limits(facts.Cgroup));
        row("memory",
            (facts.Swap is { } swap
            ? swap.Bytes == 0 ? "no swap" : $"{Mebibytes(swap)} of swap" : "swap not known") + $", {Pressure(facts)}");
        row("seccomp", Seccomp(facts));
        row("capabilities", Capabilities(facts));
        row("descriptors", facts.OpenFiles is { } files ? files == ulong.MaxValue ? "any number" : $"{files} a process" : "not known");
        row("/proc", !facts.HasProc ? "not mounted" : facts.HidePid is { } hides ? $"hidepid={hides}" : "mounted");
        row("runtime_dir",
            facts.RuntimeDirectory.Path + (facts.RuntimeDirectory.Access.IsSuccess ? ", writable" : $", {facts.RuntimeDirectory.Access}"));
    }

    public static List<string> Held(ulong capabilities)
    {
        List<string> names = [];
        for (var number = 0; number < CapabilityTable.All.Length; number++)
            if ((capabilities >> number & 1) != 0)
                names.Add(CapabilityTable.All[number]);
        return names;
    }

    private static string Cgroup(CgroupFacts cgroup) => cgroup.Version switch
    {
        CgroupVersion.None => "not mounted, or not known",
        CgroupVersion.V1 => "version 1 only",
        _ => (cgroup.Version == CgroupVersion.Hybrid ? "hybrid: version 1, and version 2" : "version 2")
            + $" at {cgroup.Directory ?? "a place that is not shown"}, {AccessTo(cgroup)}"
            + $"; controllers: {(cgroup.Controllers.Length == 0 ? "none" : string.Join(' ', cgroup.Controllers))}",
    };

    private static string AccessTo(CgroupFacts cgroup) => cgroup.Access switch
    {
        { IsGranted: true } => "writable",
        { Obstacle: Core.Cgroups.CgroupObstacle.ReadOnly } => "read-only",
        _ => "cannot be divided",
    };

    private static string Limits(CgroupFacts cgroup)
    {
        List<string> limits = [];
        if (cgroup.MemoryMax is { } memory)
            limits.Add($"memory {Mebibytes(memory)}");
        if (cgroup.PidsMax is { } tasks)
            limits.Add(Counted.Text(tasks, "task"));
        if (cgroup.CpuMax is { } cores)
            limits.Add($"{cores.ToString("0.##", CultureInfo.InvariantCulture)} cores");
        var kills = cgroup.OomKills == 0 ? "" : $"; {cgroup.OomKills} killed for want of memory";
        return (limits.Count == 0 ? "none that can be seen" : string.Join(", ", limits)) + kills;
    }

    private static string Pressure(Facts facts) => !facts.Pressure.IsThere
        ? "no pressure information"
        : (facts.Pressure.OfCgroup ? "pressure of the container" : "pressure of the machine")
            + (facts.HasPressureTriggers ? " with triggers" : " without triggers");

    private static string Seccomp(Facts facts)
    {
        List<string> refused = [];
        foreach (var call in facts.Calls)
            if (call.IsRefused)
                refused.Add($"{call.Name} ({call.Answer.Name})");
        var mode = facts.SeccompMode switch { 0 => "no filter", 1 => "strict", 2 => "a filter", _ => "not known" };
        var answers = refused.Count == 0 ? "every call in use is answered" : $"refused: {string.Join(", ", refused)}";
        return $"{mode}; {answers}{(facts.NoNewPrivileges ? "; no_new_privs is set" : "")}";
    }

    private static string Capabilities(Facts facts)
    {
        var held = Held(facts.Capabilities);
        var all = CapabilityTable.All.Length;
        return held.Count switch
        {
            0 => "none",
            _ when held.Count == all => "all",
            _ when held.Count > all / 2 => $"all but {string.Join(' ', Held(~facts.Capabilities))}",
            _ => string.Join(' ', held),
        };
    }

    private static string Namespace(string kind, bool? isOwn) =>
        isOwn switch { true => $"{kind} of its own", false => $"{kind} of the machine", _ => $"{kind} not known" };

    private static string Quote(string name) => Core.Config.Quoted.Text(name);

    private static string Mebibytes(ByteSize size) =>
        size.Bytes < Mebibyte ? size.ToString() : new ByteSize(size.Bytes / Mebibyte * Mebibyte).ToString();
}
