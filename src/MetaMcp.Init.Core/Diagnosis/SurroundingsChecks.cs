using System.Globalization;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>The surroundings: /proc, pressure, the runtime directory, descriptors.</summary>
internal static class SurroundingsChecks
{
    /// <summary>
    /// For mcp-init itself; and for each service: two of its output, its pidfd, its cgroup's events, a socket, its probe's output.
    /// </summary>
    private const int OwnDescriptors = 32;
    private const int DescriptorsOfEach = 6;

    public static void Find(Facts facts, FileNeeds needs, List<Finding> found)
    {
        found.Add(Proc(facts));
        found.Add(Pressure(facts));
        found.Add(RuntimeDirectory(facts));
        if (Descriptors(facts, needs) is { } descriptors)
            found.Add(descriptors);
    }

    private static Finding Proc(Facts facts)
    {
        if (!facts.HasProc)
            return new("no-proc", FindingSeverity.Warning, "/proc is not mounted, or is not the kernel's",
                "orphans cannot be found by name, memory cannot be measured, and most of this page could not be looked at",
                Remedies.OnHost("every container runtime mounts it; in a chroot: mount -t proc proc /proc"));
        if (facts.HidePid is { } hides)
            return new("proc-hidepid", facts.Holds("sys_ptrace") ? FindingSeverity.Info : FindingSeverity.Warning,
                $"/proc is mounted with hidepid={hides}",
                "without CAP_SYS_PTRACE the processes of other users are not seen: not their orphans, not their memory",
                Remedies.Flag("--cap-add SYS_PTRACE", "cap_add: [SYS_PTRACE]", "securityContext: {capabilities: {add: [SYS_PTRACE]}}")
                    with { Host = "mount -o remount,hidepid=0 /proc" });
        return Finding.Ok("proc", "/proc is mounted, and shows every process");
    }

    private static Finding Pressure(Facts facts)
    {
        var pressure = facts.Pressure;
        if (pressure.IsThere)
            return Finding.Ok("pressure",
                (pressure.OfCgroup ? "pressure of the container can be read" : "pressure of the machine can be read")
                + (facts.HasPressureTriggers ? ", and waited for" : ", and not waited for"));
        return new("no-pressure", FindingSeverity.Info, "the kernel gives no pressure stall information (PSI)",
            "a shortage of memory is seen by its amount only, not by the time that processes lose to it",
            Remedies.OnHost("kernel command line: psi=1 (Linux 4.20 and later, CONFIG_PSI)"));
    }

    private static Finding RuntimeDirectory(Facts facts)
    {
        var (path, nearest, access) = (facts.RuntimeDirectory.Path, facts.RuntimeDirectory.Nearest, facts.RuntimeDirectory.Access);
        if (access.IsSuccess)
            return Finding.Ok("runtime-dir", $"{path} can be {(path == nearest ? "written to" : "made")}");
        return new("runtime-dir", FindingSeverity.Warning,
            $"{path} cannot be {(path == nearest ? "written to" : $"made in {nearest}")}: {access}",
            "there is no control socket: status, launch and the other verbs have nobody to ask",
            Remedies.Flag($"--tmpfs {path}", $"tmpfs: [\"{path}\"]",
                $"volumeMounts: [{{name: run, mountPath: {path}}}]; in the pod volumes: [{{name: run, emptyDir: {{}}}}]"));
    }

    private static Finding? Descriptors(Facts facts, FileNeeds needs)
    {
        if (facts.OpenFiles is not { } limit || needs.Instances is not { } instances)
            return null;
        var wanted = OwnDescriptors + (DescriptorsOfEach * instances);
        var text = wanted.ToString(CultureInfo.InvariantCulture);
        if (limit >= (ulong)wanted)
            return Finding.Ok("open-files",
                $"{(limit == ulong.MaxValue ? "any number of" : $"{limit}")} descriptors, of which about {text} are wanted");
        return new("open-files", FindingSeverity.Error,
            $"a process may have {limit} descriptors open, and {text} are wanted for " +
            $"{Counted.Text(instances, "service or server", "services and servers")}",
            "services fail to start once they run out",
            Remedies.Flag($"--ulimit nofile={Math.Max(wanted, 1024)}", $"ulimits: {{nofile: {Math.Max(wanted, 1024)}}}", null)
                with { Host = "Kubernetes: LimitNOFILE= in the systemd unit of the node's container runtime" });
    }
}
