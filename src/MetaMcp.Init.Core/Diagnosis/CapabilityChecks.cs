using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>The capabilities that mcp-init has a use for, and those that services are to keep (<c>man 7 capabilities</c>).</summary>
internal static class CapabilityChecks
{
    /// <param name="Name">Lower case, without CAP_.</param>
    /// <param name="Lost">What cannot be done without it.</param>
    /// <param name="Needs">Whether a service needs it.</param>
    private sealed record Use(string Name, string Lost, Func<FileNeeds.Part, Facts, bool> Needs);

    private static readonly Use[] Uses =
    [
        new("setuid", "no service can run as another user", (p, f) => IsAnother(p, f)),
        new("setgid", "no service can run with other groups", (p, f) => IsAnother(p, f) || p.Attributes.Group is not null || p.Attributes.SupplementaryGroups is not null),
        new("setpcap", "capabilities of a service cannot be taken away for good", (p, _) => p.Attributes.Capabilities is not null),
        new("kill", "services that run as another user cannot be signalled, so they cannot be stopped", (p, f) => IsAnother(p, f)),
        new("sys_nice", "no service can have a nice below 0", (p, _) => p.Attributes.Nice < 0),
        new("sys_resource", "no oom_score_adjust below ours, no hard limit above ours, and mcp-init is not the last that the kernel kills for memory",
            (p, f) => p.Attributes.OomScoreAdjust < f.OomScoreAdjust || p.Attributes.ResourceLimits.Any(limit => IsAbove(limit, f))),
        new("sys_ptrace", "the memory of services of other users can only be estimated where the kernel does not count it", (_, _) => false),
    ];

    public static IEnumerable<Finding> Find(Facts facts, FileNeeds needs)
    {
        List<Finding> found = [];
        foreach (var use in Uses)
            if (!facts.Holds(use.Name))
                found.Add(Missing(use.Name, use.Lost, needs.Who(p => use.Needs(p, facts) || Keeps(p, use.Name)), facts));
        if (found.Count == 0)
            found.Add(Finding.Ok("capabilities", "every capability that mcp-init has a use for is held"));
        foreach (var name in CapabilityTable.All.ToImmutableArray())
            if (!facts.Holds(name) && !Array.Exists(Uses, u => u.Name == name) && needs.Who(p => Keeps(p, name)) is { IsEmpty: false } who)
                found.Add(Missing(name, "it is to be kept, and is not there", who, facts));
        return found;
    }

    private static Finding Missing(string name, string lost, ImmutableArray<string> who, Facts facts)
    {
        var upper = name.ToUpperInvariant();
        var isOffered = facts.Uid != 0 && (facts.BoundingCapabilities >> CapabilityTable.Find(name) & 1) != 0;
        return new($"capability-{name.Replace('_', '-')}", who.IsEmpty ? FindingSeverity.Info : FindingSeverity.Error,
            isOffered ? $"CAP_{upper} is permitted to root, and this is uid {facts.Uid}" : $"CAP_{upper} is not held",
            who.IsEmpty ? lost : $"{lost}; asked for by {FileNeeds.List(who)}",
            isOffered ? Remedies.RunAsRoot
                : Remedies.Flag($"--cap-add {upper}", $"cap_add: [{upper}]", $"securityContext: {{capabilities: {{add: [{upper}]}}}}"));
    }

    private static bool IsAnother(FileNeeds.Part part, Facts facts) =>
        part.Attributes.User is { } user && user != facts.UserName && user != facts.Uid.ToString();

    private static bool Keeps(FileNeeds.Part part, string capability) =>
        part.Attributes.Capabilities is { } kept && kept.Any(k => CapabilityTable.Find(k) == CapabilityTable.Find(capability));

    private static bool IsAbove(ResourceLimit limit, Facts facts) =>
        facts.HardLimits is { } most && ResourceTable.Find(limit.Resource) is >= 0 and var number && number < most.Length
        && (limit.Hard ?? ulong.MaxValue) > most[number];
}
