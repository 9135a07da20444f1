namespace MetaMcp.Init.Helpers;

/// <summary>
/// Children of ours that belong to no run, until they are collected: probes, stop commands, and those that look closely or read the
/// file. A pid comes round again, so a helper is known by the run that it works for as well.
/// </summary>
internal sealed class HelperTable
{
    private readonly Dictionary<int, long> _runs = [];

    /// <summary>Those that read a pidfile.</summary>
    private readonly HashSet<int> _readers = [];

    /// <summary>
    /// Those of them that were sent SIGKILL; one that has not ended by it sleeps in the kernel, for a file system that hangs.
    /// </summary>
    private readonly HashSet<int> _left = [];

    public int Left => _left.Count;

    public void AddReader(int pid) => _ = _readers.Add(pid);

    /// <summary>It was sent SIGKILL.</summary>
    public void Killed(int pid)
    {
        if (_readers.Contains(pid))
            _ = _left.Add(pid);
    }

    /// <summary>Whether nobody waits for it: it was sent SIGKILL, and where it does not end by that, by nothing.</summary>
    public bool IsLeft(int pid) => _left.Contains(pid);

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
        _ = _readers.Remove(pid);
        _ = _left.Remove(pid);
    }
}
