using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Accounting;

/// <summary>The figures that the kernel counts for a cgroup (cgroup-v2.rst).</summary>
internal static class CountedUsage
{
    public static Usage Read(CgroupDirectory directory, UsageParts parts)
    {
        var current = parts.HasFlag(UsageParts.Memory) ? directory.Number("memory.current\0"u8) : null;
        return WithCpu(directory, parts, new Usage(WorkingSet(directory, current))
        {
            Current = current,
            Peak = parts.HasFlag(UsageParts.Peak) ? directory.Number("memory.peak\0"u8) : null,
            Swap = parts.HasFlag(UsageParts.Swap) ? directory.Number("memory.swap.current\0"u8) : null,
            Tasks = parts.HasFlag(UsageParts.Tasks) ? Count(directory.Number("pids.current\0"u8)) : null,
            MemoryPressure = parts.HasFlag(UsageParts.Pressure) ? PressureIn(directory, "memory.pressure\0"u8) : null,
            CpuPressure = parts.HasFlag(UsageParts.Pressure) ? PressureIn(directory, "cpu.pressure\0"u8) : null,
            IoPressure = parts.HasFlag(UsageParts.Pressure) ? PressureIn(directory, "io.pressure\0"u8) : null,
        });
    }

    /// <summary>
    /// Without the pages of files that were read once, which the kernel takes back first; <c>docker stats</c> and the working set of
    /// Kubernetes use the same difference, and so do the limits of mcp-init.
    /// </summary>
    private static long? WorkingSet(CgroupDirectory directory, long? current) =>
        current is { } all && directory.Number("memory.stat\0"u8, "inactive_file"u8) is { } files ? Math.Max(all - files, 0) : null;

    private static Usage WithCpu(CgroupDirectory directory, UsageParts parts, Usage usage)
    {
        if (!parts.HasFlag(UsageParts.Cpu))
            return usage;
        Span<byte> buffer = stackalloc byte[1024];
        var text = directory.Read("cpu.stat\0"u8, buffer);
        return text.IsEmpty ? usage : usage with
        {
            CpuTime = Micros(text, "usage_usec"u8),
            UserTime = Micros(text, "user_usec"u8),
            SystemTime = Micros(text, "system_usec"u8),
            Throttled = Micros(text, "throttled_usec"u8),
        };
    }

    private static TimeSpan? Micros(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key) =>
        FlatKeyed.Find(text, key) is { } micros ? TimeSpan.FromTicks(Math.Min(micros, long.MaxValue / 10) * 10) : null;

    private static Pressure? PressureIn(CgroupDirectory directory, ReadOnlySpan<byte> name)
    {
        Span<byte> buffer = stackalloc byte[256];
        return directory.Read(name, buffer) is { IsEmpty: false } text ? Pressure.From(text) : null;
    }

    private static int? Count(long? number) => number is { } many ? (int)Math.Min(many, int.MaxValue) : null;
}
