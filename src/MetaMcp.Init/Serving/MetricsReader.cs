using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MetaMcp.Init.Accounting;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Metrics;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Serving;

/// <summary>Adds to the answer of PID 1 what the kernel tells anybody who looks.</summary>
internal static class MetricsReader
{
    /// <param name="facts">The rows.</param>
    /// <param name="withUsage">The resources too; whether PID 1 lives can be asked without.</param>
    public static MetricsFacts Complete(MetricsFacts facts, bool withUsage) => !withUsage ? facts
        : facts with
        {
            Status = UsageReader.Read(facts.Status, UsageParts.All),
            Commit = ProgramVersion.Commit.Length > 0 ? ProgramVersion.Commit : null,
            Rid = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "linux-x64" : "linux-arm64",
            Init = FiguresOf(facts.Status.System.Pid),
            ContainerMemoryMax = ContainerMemoryMax(facts.Status.System.Cgroup),
            StartTimes = StartTimes(facts.Status),
        };

    private static InitFigures FiguresOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var stat = ProcFile.Read(pid, "stat"u8, buffer);
        double? startedAt = ProcessStat.TryRead(stat, out var fields) ? StartedAt(fields) : null;
        // PID 1 collects every process of the container, whose times are no part of its own.
        var times = ProcessTimes.TryRead(stat, out _, out var own) ? own.User + own.System : (TimeSpan?)null;
        var memory = ResidentMemory.TryRead(ProcFile.Read(pid, "status"u8, buffer), out var resident)
            ? resident.Anonymous + resident.SharedMemory + resident.Files : (long?)null;
        return new InitFigures(startedAt, memory, times);
    }

    private static ImmutableDictionary<string, double> StartTimes(StatusDocument status)
    {
        var times = ImmutableDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        foreach (var service in status.Services)
            Add(service.Name, service.Pid);
        foreach (var instance in status.Instances)
            Add(instance.Name, instance.Pid);
        return times.ToImmutable();

        void Add(string name, int? pid)
        {
            Span<byte> buffer = stackalloc byte[1024];
            if (pid is { } known && ProcessStat.TryRead(ProcFile.Read(known, "stat"u8, buffer), out var stat) &&
                StartedAt(stat) is { } startedAt)
                times[name] = startedAt;
        }
    }

    /// <summary>By the kernel's own time of its start, so that the figure is the same at each scrape.</summary>
    private static double? StartedAt(ProcessStat stat) =>
        BootTime is { } boot ? boot + (Math.Round(ProcessTimes.Time(stat.StartTime).TotalSeconds * 100) / 100) : null;

    /// <summary>In seconds since 1970; asked each time, since setting the clock changes it.</summary>
    private static long? BootTime => KernelFile.ReadAll("/proc/stat") is { } file ? FlatKeyed.Find(file, "btime"u8) : null;

    /// <summary>Our cgroups are inside that of the container; without them, the container's is the root that it sees.</summary>
    private static long? ContainerMemoryMax(string? workload)
    {
        var container = workload is null ? "/sys/fs/cgroup" : Path.GetDirectoryName(workload);
        Span<byte> text = stackalloc byte[32];
        return KernelFile.Read($"{container}/memory.max", text, out var length).IsSuccess &&
            Core.Values.DecimalText.TryRead(text[..length].TrimEnd((byte)'\n'), long.MaxValue, out var bytes) ? (long)bytes : null;
    }
}
