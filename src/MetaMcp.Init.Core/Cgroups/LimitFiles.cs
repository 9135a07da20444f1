using System.Collections.Immutable;
using System.Globalization;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Cgroups;

/// <summary>One file of a cgroup's directory and the value to write to it.</summary>
public readonly record struct LimitFile(string Name, string Value);

/// <summary>Limits in the kernel's form (cgroup-v2.rst); only those whose controller is available.</summary>
public static class LimitFiles
{
    /// <summary>cpu.max gives a quota in microseconds within each of these periods: the kernel's default.</summary>
    private const int PeriodMicroseconds = 100_000;

    private const string MemoryMax = "memory.max";
    private const string SwapMax = "memory.swap.max";
    private const string PidsMax = "pids.max";

    /// <summary>The files of one service. A limit that is not set stays at the kernel's default, except swap.</summary>
    public static ImmutableArray<LimitFile> Of(CgroupLimits limits, Controllers controllers, bool canLimitSwap)
    {
        var files = ImmutableArray.CreateBuilder<LimitFile>();
        if (controllers.HasFlag(Controllers.Memory))
        {
            // Before memory.max: a service that may be swapped out is not held by a cap.
            if (canLimitSwap)
                files.Add(new(SwapMax, Text(limits.SwapMax.Bytes)));
            if (limits.MemoryHigh is { } high)
                files.Add(new("memory.high", Text(high.Bytes)));
            if (limits.MemoryMax is { } max)
                files.Add(new(MemoryMax, Text(max.Bytes)));
            if (limits.OomGroup)
                files.Add(new("memory.oom.group", "1"));
        }
        if (controllers.HasFlag(Controllers.Tasks) && limits.TasksMax is { } tasks)
            files.Add(new(PidsMax, Text(tasks)));
        if (controllers.HasFlag(Controllers.Cpu))
        {
            if (limits.CpuMax is { } cores)
                files.Add(new("cpu.max", $"{Text((long)(cores * PeriodMicroseconds))} {Text(PeriodMicroseconds)}"));
            if (limits.CpuWeight is { } weight)
                files.Add(new("cpu.weight", Text(weight)));
        }
        return files.DrainToImmutable();
    }

    /// <summary>The files of everything together. Its processes are not killed as one: the kernel picks a service.</summary>
    public static ImmutableArray<LimitFile> Of(LimitSettings limits, Controllers controllers, bool canLimitSwap)
    {
        var files = ImmutableArray.CreateBuilder<LimitFile>();
        if (controllers.HasFlag(Controllers.Memory) && limits.Memory is { } memory)
        {
            if (canLimitSwap)
                files.Add(new(SwapMax, "0"));
            files.Add(new(MemoryMax, Text(memory.Bytes)));
        }
        if (controllers.HasFlag(Controllers.Tasks) && limits.Tasks is { } tasks)
            files.Add(new(PidsMax, Text(tasks)));
        return files.DrainToImmutable();
    }

    /// <summary>The controllers that the limits of the file need.</summary>
    public static Controllers NeededBy(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var needed = Controllers.None;
        if (settings.Limits.Memory is not null)
            needed |= Controllers.Memory;
        if (settings.Limits.Tasks is not null)
            needed |= Controllers.Tasks;
        foreach (var service in settings.Services)
        {
            if (service.Limits is { MemoryMax: not null } or { MemoryHigh: not null } or { SwapMax.Bytes: > 0 })
                needed |= Controllers.Memory;
            if (service.Limits.TasksMax is not null)
                needed |= Controllers.Tasks;
            if (service.Limits is { CpuMax: not null } or { CpuWeight: not null })
                needed |= Controllers.Cpu;
        }
        return needed;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
