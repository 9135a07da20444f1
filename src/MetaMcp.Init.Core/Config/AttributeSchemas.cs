using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>What services and servers have in common: the attributes of their processes and the limits of their cgroup.</summary>
internal static class AttributeSchemas
{
    public static TableSchema<ProcessAttributes> Attributes { get; } = new()
    {
        { "user", (s, v) => v.Account("node") is { } x ? s with { User = x } : s },
        { "group", (s, v) => v.Account("node") is { } x ? s with { Group = x } : s },
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
}
