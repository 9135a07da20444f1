using System.Text.Unicode;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>Looks at single processes in /proc.</summary>
internal sealed class LiveProcesses(ClaimReader claims) : ProcessSource
{
    /// <summary>Of a process with more threads, the children of the first are looked at.</summary>
    private const int MostThreads = 256;

    private readonly ChildList _ours = new(getpid());

    public override Instant Now => MonotonicClock.Now;

    public override bool ForEachChildOfOurs(Action<int> action, bool isWhole) => isWhole ? _ours.ForEach(action) : _ours.ForEachNew(action);

    public override void Collected(int pid) => _ours.Collected(pid);

    public override Glance Look(int pid)
    {
        if (!ProcessTable.TryRead(pid, out var stat, out var error))
        {
            if (error.IsShortage)
                return new Glance(Sight.Shortage);
            return new Glance(Reaper.IsChild(pid) ? Sight.Hidden : Sight.Dead);
        }
        if (stat.IsDead)
            return new Glance(Sight.Dead, stat);
        var sight = claims.Read(stat, out var claim);
        return new Glance(sight, stat, claim);
    }

    public override bool TryAddChildren(in ProcessStat process, List<int> children)
    {
        if (process.Threads <= 1)
            _ = ChildrenFile.ForEach(process.Pid, process.Pid, children.Add);
        else
            AddOfThreads(process.Pid, children);
        // Children of one that has ended are ours: they are not in the list that was read.
        return ProcessTable.TryRead(process.Pid, out var now) && !now.IsDead && now.StartTime == process.StartTime;
    }

    private static unsafe void AddOfThreads(int pid, List<int> children)
    {
        Span<byte> path = stackalloc byte[32];
        if (!Utf8.TryWrite(path, $"/proc/{pid}/task\0", out _))
            return;
        int directory;
        fixed (byte* start = path)
            directory = open(start, O_RDONLY | O_CLOEXEC, 0);
        if (directory < 0)
            return;
        var threads = new DirectoryReader(directory, stackalloc byte[4096]);
        for (var read = 0; read < MostThreads && threads.TryNext(out var entry, out _); read++)
            if (DecimalText.TryRead(entry, int.MaxValue, out var thread))
                _ = ChildrenFile.ForEach(pid, (int)thread, children.Add);
        _ = close(directory);
    }
}
