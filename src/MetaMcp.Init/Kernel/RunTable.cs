using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>
/// Every run of which something may be left: by its main process until that is collected, by its number until the last of its
/// processes is gone. What belongs to a run is its cgroup; where there is none, the process group its main process leads.
/// </summary>
/// <param name="unwatch">Called with each descriptor before it is closed.</param>
internal sealed class RunTable(Action<int> unwatch)
{
    private readonly Dictionary<int, ServiceRun> _byMain = [];
    private readonly Dictionary<long, ServiceRun> _byNumber = [];
    private readonly HashSet<ServiceRun> _watched = [];

    public void Add(ServiceRun run)
    {
        _byMain[run.Pid] = run;
        _byNumber[run.Number] = run;
    }

    /// <summary>Whether a pid is a main process of ours that was not collected.</summary>
    public bool IsMain(int pid) => _byMain.ContainsKey(pid);

    /// <summary>A main process was collected; null where it was none.</summary>
    public ServiceRun? TakeMain(int pid) => _byMain.Remove(pid, out var run) ? run : null;

    public ServiceRun? Find(long number) => _byNumber.GetValueOrDefault(number);

    /// <summary>Nothing is left of a run.</summary>
    public void Remove(ServiceRun run)
    {
        _byNumber.Remove(run.Number);
        _watched.Remove(run);
        if (run.Cgroup is not { } cgroup)
            return;
        if (cgroup.MemoryEvents >= 0)
            unwatch(cgroup.MemoryEvents);
        if (cgroup.PopulatedEvents >= 0)
            unwatch(cgroup.PopulatedEvents);
        cgroup.Remove();
    }

    /// <summary>Processes of the run beside its main one, which was collected.</summary>
    public static bool HasOthers(ServiceRun run) => run.Cgroup is { } cgroup ? cgroup.HasMembers : HasGroup(run);

    public void Signal(ServiceRun run, Signal signal)
    {
        // Also in a cgroup: a second stage that is to be killed may not have joined it yet. Once the leader is collected, its
        // number stays the group's as long as the group has members; should a new run's leader have it, the group was empty.
        if (_byMain.TryGetValue(run.Pid, out var holder) ? holder == run : run.Cgroup is null)
            _ = kill(-run.Pid, signal.Number);
        run.Cgroup?.Signal(signal);
    }

    /// <summary>From now on <see cref="TakeEmpty"/> has it once nothing is left.</summary>
    public void Watch(ServiceRun run) => _watched.Add(run);

    /// <summary>Those watched of which nothing is left. A member whose parent lives elsewhere ends without a word to us.</summary>
    public void TakeEmpty(Queue<SystemEvent> happened)
    {
        foreach (var run in _watched)
        {
            if (run.Cgroup is { } cgroup ? cgroup.IsPopulated : HasGroup(run))
                continue;
            // Removing during the enumeration is allowed since .NET Core 3.0.
            Remove(run);
            happened.Enqueue(new SystemEvent.RunEmpty(run.Service, run.Number));
        }
    }

    // EPERM: members that are not ours to signal are members all the same.
    private static bool HasGroup(ServiceRun run) => kill(-run.Pid, 0) == 0 || LastError.Number == Errno.EPERM;
}
