using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launch;

/// <summary>The processes of a server as its guard sees them: the main process and its descendants.</summary>
internal sealed class ServerTree
{
    /// <summary>A server that forks without end is for PID 1 to end, not for us to count.</summary>
    private const int Most = 1024;

    private readonly int _main;
    private readonly List<int> _pids = [];
    private readonly Action<int> _add;

    /// <param name="main">A child of ours that was not collected.</param>
    public ServerTree(int main)
    {
        _main = main;
        _add = pid => _pids.Add(pid);
    }

    /// <summary>The main process first; null if the kernel lists no children (CONFIG_PROC_CHILDREN), or without /proc.</summary>
    public List<int>? Look()
    {
        _pids.Clear();
        _pids.Add(_main);
        for (var at = 0; at < _pids.Count && at < Most; at++)
        {
            // A descendant may have ended meanwhile; the main process is still in /proc when it has.
            if (!AddChildren(_pids[at]) && at == 0)
                return null;
        }
        return _pids;
    }

    /// <summary>Each thread has a list of the children that it started.</summary>
    private bool AddChildren(int pid)
    {
        var directory = ProcFile.Open(pid, "task"u8);
        if (directory < 0)
            return false;
        var isRead = false;
        var threads = new DirectoryReader(directory, stackalloc byte[2048]);
        while (threads.TryNext(out var name, out _))
            if (DecimalText.TryRead(name, int.MaxValue, out var thread))
                isRead |= ChildrenFile.ForEach(pid, (int)thread, _add);
        _ = close(directory);
        return isRead;
    }
}
