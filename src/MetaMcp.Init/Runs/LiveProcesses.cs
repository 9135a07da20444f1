using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>Looks at single processes in /proc.</summary>
internal sealed class LiveProcesses(ClaimReader claims) : ProcessSource
{
    /// <summary>Of a process with more threads, only the children of the first 256 are looked at.</summary>
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

    public override Sight AddChildren(in ProcessStat process, List<int> children)
    {
        var error = process.Threads <= 1 ? AddOfThread(process.Pid, process.Pid, children) : AddOfThreads(process.Pid, children);
        if (error.IsShortage)
            return Sight.Shortage;
        // If the process has ended meanwhile, its children are ours: the list that was read lacks them.
        if (ProcessTable.TryRead(process.Pid, out var now, out error))
            return now.IsDead || now.StartTime != process.StartTime ? Sight.Dead : Sight.Whole;
        return error.IsShortage ? Sight.Shortage : Sight.Dead;
    }

    private static Errno AddOfThread(int pid, int thread, List<int> children) =>
        ChildrenFile.ForEach(pid, thread, children.Add) ? Errno.None : LastError;

    private static Errno AddOfThreads(int pid, List<int> children)
    {
        var directory = ProcFile.Open(pid, "task"u8);
        if (directory < 0)
            return LastError;
        try
        {
            var threads = new DirectoryReader(directory, stackalloc byte[4096]);
            for (var read = 0; read < MostThreads && threads.TryNext(out var entry, out _); read++)
                if (DecimalText.TryRead(entry, int.MaxValue, out var thread) &&
                    AddOfThread(pid, (int)thread, children) is { IsShortage: true } error)
                    return error;
            return threads.Error;
        }
        finally
        {
            _ = close(directory);
        }
    }
}
