namespace MetaMcp.Init.Kernel;

/// <summary>
/// Children of ours that belong to no run, until they are collected: probes, stop commands, and those that look closely or read the
/// file. A pid comes round again, so a helper is known by the run that it works for as well.
/// </summary>
internal sealed class HelperTable
{
    private readonly Dictionary<int, long> _runs = [];

    /// <summary>Every helper's pid, also of those that work for no run.</summary>
    public HashSet<int> Pids { get; } = [];

    public void Add(int pid, long run)
    {
        _ = Pids.Add(pid);
        _runs[pid] = run;
    }

    /// <summary>Whether the process works for this run and has not been collected.</summary>
    public bool IsOf(int pid, long run) => _runs.TryGetValue(pid, out var of) && of == run;

    /// <summary>It was collected: the pid is free for others.</summary>
    public void Remove(int pid)
    {
        _ = Pids.Remove(pid);
        _ = _runs.Remove(pid);
    }
}
