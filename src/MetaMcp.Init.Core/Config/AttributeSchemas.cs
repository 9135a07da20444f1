using MetaMcp.Init.Core.Config.Toml;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>The keys that services and servers share: the attributes of their processes and the limits of their cgroup.</summary>
internal static class AttributeSchemas
{
    public static TableSchema<ProcessAttributes> Attributes { get; } = new()
    {
        { "user", User },
        { "group", Group },
        { "supplementary_groups", (s, v) => v.Accounts("audio") is { } x ? s with { SupplementaryGroups = x } : s },
        { "working_dir", (s, v) => v.AbsolutePath("/app") is { } x ? s with { WorkingDirectory = x } : s },
        { "umask", (s, v) => v.Umask() is { } x ? s with { Umask = x } : s },
        { "nice", (s, v) => v.Integer(-20, 19, 5) is { } x ? s with { Nice = x } : s },
        { "oom_score_adjust", (s, v) => v.Integer(-1000, 1000, 500) is { } x ? s with { OomScoreAdjust = x } : s },
        { "rlimits", (s, v) => ResourceLimitReader.Read(v) is { } x ? s with { ResourceLimits = x } : s },
        { "no_new_privileges", (s, v) => v.Flag() is { } x ? s with { NoNewPrivileges = x } : s },
        { "capabilities", (s, v) => v.Capabilities() is { } x ? s with { Capabilities = x } : s },
    };

    public static TableSchema<CgroupLimits> Limits { get; } = new()
    {
        { "memory_max", (s, v) => v.Size(SectionSchemas.SmallestMemory, "500MiB") is { } x ? s with { MemoryMax = x } : s },
        { "memory_high", (s, v) => v.Size(SectionSchemas.SmallestMemory, "400MiB") is { } x ? s with { MemoryHigh = x } : s },
        { "swap_max", (s, v) => v.Size(0, "256MiB") is { } x ? s with { SwapMax = x } : s },
        { "tasks_max", (s, v) => v.Integer(1, 4_194_304, 128) is { } x ? s with { TasksMax = x } : s },
        { "cpu_max", (s, v) => v.Number(0.01, 4096, "1.5") is { } x ? s with { CpuMax = x } : s },
        { "cpu_weight", (s, v) => v.Integer(1, 10_000, 100) is { } x ? s with { CpuWeight = x } : s },
        { "oom_group", (s, v) => v.Flag() is { } x ? s with { OomGroup = x } : s },
    };

    /// <summary>A user, or user and group in one, as Docker and Compose write them: <c>1000:1000</c>.</summary>
    internal static ProcessAttributes User(ProcessAttributes attributes, ValueReader value)
    {
        if (value.Node is not TomlString { Text: var text } || text.IndexOf(':', StringComparison.Ordinal) is not (>= 0 and var colon))
            return value.Account("node") is { } account ? attributes with { User = account } : attributes;
        if (value.AccountNamed(text[..colon], "node") is not { } user || value.AccountNamed(text[(colon + 1)..], "node") is not { } group)
            return attributes;
        return WithGroup(attributes with { User = user }, group, value);
    }

    private static ProcessAttributes Group(ProcessAttributes attributes, ValueReader value) =>
        value.Account("node") is { } group ? WithGroup(attributes, group, value) : attributes;

    /// <summary>Both keys may name it, in either order.</summary>
    private static ProcessAttributes WithGroup(ProcessAttributes attributes, string group, ValueReader value)
    {
        if (attributes.Group is not null)
            value.Error("the group is given twice, behind the colon of user and as group; write one of them");
        return attributes with { Group = group };
    }
}
