using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Accounting;

/// <summary>The figures of some processes, looked up one by one where the kernel does not count them together.</summary>
internal static class LookedUpUsage
{
    /// <param name="pids">The processes; those that have ended since count nothing.</param>
    /// <param name="parts">The figures that are wanted.</param>
    public static Usage Read(List<int> pids, UsageParts parts)
    {
        var processes = new List<ProcessFigures>(pids.Count);
        foreach (var pid in pids)
            if (ProcessFigures.TryRead(pid, out var process, out _))
                processes.Add(process);
        return Read(processes, parts);
    }

    /// <summary>The same of processes that were read a moment ago.</summary>
    public static Usage Read(List<ProcessFigures> found, UsageParts parts)
    {
        var memory = default(RoughMemory);
        var (user, system, threads, processes) = (TimeSpan.Zero, TimeSpan.Zero, 0, 0);
        int? descriptors = 0;
        foreach (var (stat, times) in found)
        {
            // What one that has ended has used stays used; its parent's times have it once it is collected.
            (user, system) = (user + times.User, system + times.System);
            if (stat.IsDead)
                continue;
            processes++;
            threads += stat.Threads;
            if (parts.HasFlag(UsageParts.Memory))
                memory.Add(stat);
            if (parts.HasFlag(UsageParts.Descriptors))
                descriptors += DescriptorsOf(stat.Pid);
        }
        if (processes == 0)
            return new Usage(null, IsEstimate: true);
        return new Usage(parts.HasFlag(UsageParts.Memory) ? memory.Bytes : null, IsEstimate: true)
        {
            CpuTime = parts.HasFlag(UsageParts.Cpu) ? user + system : null,
            IsCpuEstimate = parts.HasFlag(UsageParts.Cpu),
            UserTime = parts.HasFlag(UsageParts.Cpu) ? user : null,
            SystemTime = parts.HasFlag(UsageParts.Cpu) ? system : null,
            Tasks = parts.HasFlag(UsageParts.Tasks) ? threads : null,
            Processes = parts.HasFlag(UsageParts.Processes) ? processes : null,
            Descriptors = parts.HasFlag(UsageParts.Descriptors) ? descriptors : null,
        };
    }

    private static int? DescriptorsOf(int pid)
    {
        var directory = OwnedFile.Open(pid, "fd"u8, out _);
        if (directory < 0)
            return null;
        var entries = new DirectoryReader(directory, stackalloc byte[4096]);
        // Two entries are . and .. themselves.
        var count = -2;
        while (entries.TryNext(out _, out _))
            count++;
        var isRead = entries.Error.IsSuccess;
        _ = close(directory);
        return isRead ? Math.Max(count, 0) : null;
    }
}
