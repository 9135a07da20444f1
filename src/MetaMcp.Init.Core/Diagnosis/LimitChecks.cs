using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>The limits of the container itself, compared with those that the file sets in it.</summary>
internal static class LimitChecks
{
    public static void Find(Facts facts, FileNeeds needs, List<Finding> found)
    {
        var cgroup = facts.Cgroup;
        if (!cgroup.IsVisible)
            return;
        var limits = needs.Plan?.Settings.Limits ?? new LimitSettings();
        if (limits.Memory is { } memory && cgroup.MemoryMax is { } most && most.Bytes <= memory.Bytes)
            found.Add(new("container-memory", FindingSeverity.Warning,
                $"the container itself is limited to {most}, and [limits] memory is {memory}",
                "the container's cap is hit before ours, and the kernel may then kill mcp-init itself",
                Remedies.Flag($"--memory {Above(memory)}", $"mem_limit: {Above(memory)}",
                    $"resources: {{limits: {{memory: {AboveInMebibytes(memory)}Mi}}}}")));
        if (limits.Tasks is { } tasks && cgroup.PidsMax is { } threads && threads <= tasks)
            found.Add(new("container-tasks", FindingSeverity.Warning,
                $"the container itself is limited to {Counted.Text(threads, "task")}, and [limits] tasks is {tasks}",
                "forks fail everywhere in the container, in mcp-init too, before our limit stops the one that forks",
                Remedies.Flag($"--pids-limit {tasks + Spare}", $"pids_limit: {tasks + Spare}", null) with
                { Host = $"Kubernetes: podPidsLimit: {tasks + Spare} or more in the kubelet's configuration" }));
        if (IsSwapFree(facts))
            found.Add(new("swap-not-limitable", needs.SeverityWithout(Controllers.Memory),
                $"the host has {Rounded(facts.Swap!.Value)} of swap, and memory.swap.max is not there",
                "a service at its memory limit goes on in swap, slow and still there, instead of ending",
                Remedies.OnHost("kernel command line: swapaccount=1; or swapoff -a")));
        if (cgroup.OomKills > 0)
            found.Add(new("oom-kills", FindingSeverity.Info,
                $"the kernel has killed {Counted.Text(cgroup.OomKills, "process", "processes")} of this container for want of memory " +
                "since it started",
                "what was killed is gone without a word of its own; give the container more memory, or its services limits",
                    Remedies.None));
    }

    /// <summary>There is swap, and no cgroup can limit its use. The machine's root cgroup never has the file.</summary>
    internal static bool IsSwapFree(Facts facts) => facts.Swap is { Bytes: > 0 } && facts.Cgroup is { HasSwapMax: false, Type: not null };

    /// <summary>For mcp-init itself, processes of <c>docker exec</c>, and the kernel's own accounting.</summary>
    private const int Spare = 64;

    private const long Mebibyte = 1L << 20;

    private static long AboveInMebibytes(ByteSize size) => (size.Bytes + Mebibyte - 1) / Mebibyte + Spare;

    private static string Above(ByteSize size) => $"{AboveInMebibytes(size)}m";

    private static string Rounded(ByteSize size) => new ByteSize(Math.Max(size.Bytes / Mebibyte, 1) * Mebibyte).ToString();
}
