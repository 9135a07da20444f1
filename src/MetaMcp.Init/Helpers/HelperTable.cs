namespace MetaMcp.Init.Helpers;

/// <summary>
/// Children of ours that belong to no run, until they are collected: probes, stop commands, and the children that measure memory or
/// read the file. The kernel reuses pids, so a helper is identified by its pid and the run that it works for.
/// </summary>
internal sealed class HelperTable
{
    private readonly Dictionary<int, long> _runs = [];

    /// <summary>The helpers that work on files: those that read a pidfile, and the command of [alerts].</summary>
    private readonly HashSet<int> _readers = [];

    /// <summary>
    /// Those of them that were sent SIGKILL. One that has not ended by it sleeps in the kernel, for a file system that hangs.
    /// </summary>
    private readonly HashSet<int> _left = [];

    public int Left => _left.Count;

    public void AddReader(int pid) => _ = _readers.Add(pid);

    /// <summary>A helper that works for no run, and on files.</summary>
    public void AddUnbound(int pid)
    {
        _ = Pids.Add(pid);
        _ = _readers.Add(pid);
    }

    /// <summary>The helper was sent SIGKILL.</summary>
    public void Killed(int pid)
    {
        if (_readers.Contains(pid))
            _ = _left.Add(pid);
    }

    /// <summary>
    /// Whether a helper that works on files was sent SIGKILL. If it does not end by that, no signal ends it, so mcp-init does not wait
    /// for it.
    /// </summary>
    public bool IsLeft(int pid) => _left.Contains(pid);

    /// <summary>Every helper's pid, also of helpers that work for no run.</summary>
    public HashSet<int> Pids { get; } = [];

    public void Add(int pid, long run)
    {
        _ = Pids.Add(pid);
        _runs[pid] = run;
    }

    /// <summary>Whether the process works for this run and has not been collected.</summary>
    public bool IsOf(int pid, long run) => _runs.TryGetValue(pid, out var of) && of == run;

    /// <summary>The helper was collected: the kernel may give its pid to another process.</summary>
    public void Remove(int pid)
    {
        _ = Pids.Remove(pid);
        _ = _runs.Remove(pid);
        _ = _readers.Remove(pid);
        _ = _left.Remove(pid);
    }
}
