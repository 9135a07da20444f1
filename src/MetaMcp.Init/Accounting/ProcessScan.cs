using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Accounting;

/// <summary>
/// Every process, from one reading of /proc: a part of the list is as good as there is. It can be made while PID 1 still makes the rows
/// whose processes it finds, since that takes as long.
/// </summary>
internal sealed class ProcessScan
{
    private readonly Dictionary<int, ProcessFigures> _figures = new(256);

    private ProcessScan()
    {
    }

    public ProcessSnapshot Snapshot { get; } = new();

    public static ProcessScan Now()
    {
        var scan = new ProcessScan();
        var directory = KernelFile.Open("/proc");
        if (directory < 0)
            return scan;
        var entries = new DirectoryReader(directory, stackalloc byte[8192]);
        while (entries.TryNext(out var name, out _))
        {
            if (!DecimalText.TryRead(name, int.MaxValue, out var pid) || !ProcessFigures.TryRead((int)pid, out var process, out _))
                continue;
            scan.Snapshot.Add(process.Stat);
            scan._figures[process.Stat.Pid] = process;
        }
        _ = close(directory);
        return scan;
    }

    /// <summary>The figures of a process of <see cref="Snapshot"/>.</summary>
    public ProcessFigures Of(int pid) => _figures[pid];
}
