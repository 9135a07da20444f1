using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>The capabilities that mcp-init uses, and those that services are to keep (<c>man 7 capabilities</c>).</summary>
internal static class CapabilityChecks
{
    /// <param name="name">Lower case, without CAP_.</param>
    /// <param name="lost">The function that is lost without it.</param>
    /// <param name="needs">Whether a service needs it.</param>
    private sealed class Use(string name, string lost, Func<FileNeeds.Part, Facts, bool> needs)
    {
        public string Name { get; } = name;
        public string Lost { get; } = lost;
        public Func<FileNeeds.Part, Facts, bool> Needs { get; } = needs;
    }

    private static readonly Use[] Uses =
    [
        new("setuid", "no service can run as another user", (p, f) => IsAnother(p, f)),
        new("setgid", "no service can run with other groups",
            (p, f) => IsAnother(p, f) || p.Attributes.Group is not null || p.Attributes.SupplementaryGroups is not null),
        new("setpcap", "capabilities of a service cannot be taken away for good", (p, _) => p.Attributes.Capabilities is not null),
        new("kill", "services that run as another user cannot be signalled, so they cannot be stopped", (p, f) => IsAnother(p, f)),
        new("sys_nice", "no service can have a nice below 0", (p, _) => p.Attributes.Nice < 0),
        new("sys_resource",
            "no oom_score_adjust below ours, no hard limit above ours, and mcp-init is not the last that the kernel kills for memory",
            (p, f) => p.Attributes.OomScoreAdjust < f.OomScoreAdjust || IsAnyAbove(p.Attributes, f)),
        new("sys_ptrace", "the memory of services of other users can only be estimated where the kernel does not count it",
            (_, _) => false),
    ];

    public static void Find(Facts facts, FileNeeds needs, List<Finding> found)
    {
        var before = found.Count;
        foreach (var use in Uses)
            if (!facts.Holds(use.Name))
                found.Add(Missing(use.Name, use.Lost, needs.Names(p => use.Needs(p, facts) || Keeps(p, use.Name)), facts));
        if (found.Count == before)
            found.Add(Finding.Ok("capabilities", "every capability that mcp-init has a use for is held"));
        foreach (var name in CapabilityTable.All)
            if (!facts.Holds(name) && !Array.Exists(Uses, u => u.Name == name) &&
                needs.Names(p => Keeps(p, name)) is { Count: > 0 } services)
                found.Add(Missing(name, "it is to be kept, and is not there", services, facts));
    }

    private static Finding Missing(string name, string lost, List<string> services, Facts facts)
    {
        var upper = name.ToUpperInvariant();
        var isOffered = facts.Uid != 0 && (facts.BoundingCapabilities >> CapabilityTable.Find(name) & 1) != 0;
        return new($"capability-{name.Replace('_', '-')}", services.Count == 0 ? FindingSeverity.Info : FindingSeverity.Error,
            isOffered ? $"CAP_{upper} is permitted to root, and this is uid {facts.Uid}" : $"CAP_{upper} is not held",
            services.Count == 0 ? lost : $"{lost}; asked for by {FileNeeds.List(services)}",
            isOffered ? Remedies.RunAsRoot
                : Remedies.Flag($"--cap-add {upper}", $"cap_add: [{upper}]", $"securityContext: {{capabilities: {{add: [{upper}]}}}}"));
    }

    private static bool IsAnother(FileNeeds.Part part, Facts facts) =>
        part.Attributes.User is { } user && user != facts.UserName && user != facts.Uid.ToString();

    private static bool Keeps(FileNeeds.Part part, string capability) =>
        part.Attributes.Capabilities is { } kept && kept.Contains(capability);

    private static bool IsAnyAbove(ProcessAttributes attributes, Facts facts)
    {
        foreach (var limit in attributes.ResourceLimits)
            if (IsAbove(limit, facts))
                return true;
        return false;
    }

    private static bool IsAbove(ResourceLimit limit, Facts facts) =>
        facts.HardLimits is { } most && ResourceTable.Find(limit.Resource) is >= 0 and var number && number < most.Length
        && (limit.Hard ?? ulong.MaxValue) > most[number];
}
