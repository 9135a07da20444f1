using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>What services and servers have in common: the attributes of their processes and the limits of their cgroup.</summary>
internal static class AttributeSchemas
{
    private static readonly Key<ProcessAttributes>[] Attributes =
    [
        new("user", (s, v) => v.Account("node") is { } x ? s with { User = x } : s),
        new("group", (s, v) => v.Account("node") is { } x ? s with { Group = x } : s),
        new("supplementary_groups", (s, v) => v.Accounts("audio") is { } x ? s with { SupplementaryGroups = x } : s),
        new("working_dir", (s, v) => v.AbsolutePath("/app") is { } x ? s with { WorkingDirectory = x } : s),
        new("umask", (s, v) => v.Umask() is { } x ? s with { Umask = x } : s),
        new("nice", (s, v) => v.Integer(-20, 19, 5) is { } x ? s with { Nice = x } : s),
        new("oom_score_adjust", (s, v) => v.Integer(-1000, 1000, 500) is { } x ? s with { OomScoreAdjust = x } : s),
        new("rlimits", (s, v) => ResourceLimitReader.Read(v) is { } x ? s with { ResourceLimits = x } : s),
        new("no_new_privileges", (s, v) => v.Flag() is { } x ? s with { NoNewPrivileges = x } : s),
        new("capabilities", (s, v) => v.Capabilities() is { } x ? s with { Capabilities = x } : s),
    ];

    private static readonly Key<CgroupLimits>[] Limits =
    [
        new("memory_max", (s, v) => v.Size(SectionSchemas.SmallestMemory, "500MiB") is { } x ? s with { MemoryMax = x } : s),
        new("memory_high", (s, v) => v.Size(SectionSchemas.SmallestMemory, "400MiB") is { } x ? s with { MemoryHigh = x } : s),
        new("swap_max", (s, v) => v.Size(0, "256MiB") is { } x ? s with { SwapMax = x } : s),
        new("tasks_max", (s, v) => v.Integer(1, 4_194_304, 128) is { } x ? s with { TasksMax = x } : s),
        new("cpu_max", (s, v) => v.Number(0.01, 4096, "1.5") is { } x ? s with { CpuMax = x } : s),
        new("cpu_weight", (s, v) => v.Integer(1, 10_000, 100) is { } x ? s with { CpuWeight = x } : s),
        new("oom_group", (s, v) => v.Flag() is { } x ? s with { OomGroup = x } : s),
    ];

    public static IEnumerable<Key<T>> AttributesOf<T>(Func<T, ProcessAttributes> get, Func<T, ProcessAttributes, T> set) =>
        Attributes.Select(k => new Key<T>(k.Name, (s, v) => set(s, k.Apply(get(s), v))));

    public static IEnumerable<Key<T>> LimitsOf<T>(Func<T, CgroupLimits> get, Func<T, CgroupLimits, T> set) =>
        Limits.Select(k => new Key<T>(k.Name, (s, v) => set(s, k.Apply(get(s), v))));
}
