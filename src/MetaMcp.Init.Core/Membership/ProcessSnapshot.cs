using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Membership;

/// <summary>
/// Every process at one moment, by pid. It is filled again and again: PID 1 looks twice a second, for months, and an array that is
/// kept makes no garbage.
/// </summary>
public sealed class ProcessSnapshot
{
    private const int Most = 1 << 16;

    private ProcessEntry[] _entries = new ProcessEntry[64];

    /// <summary>A line of ancestors, for <see cref="RunMembership"/>; kept for the next look.</summary>
    private int[] _line = [];

    public int Count { get; private set; }

    /// <summary>Room for the places of all processes.</summary>
    internal Span<int> Line
    {
        get
        {
            if (_line.Length < Count)
                _line = new int[_entries.Length];
            return _line;
        }
    }

    public ref ProcessEntry this[int index] => ref _entries[index];

    public void Clear() => Count = 0;

    /// <summary>The kernel lists pids in rising order; a pid out of order is moved to its place.</summary>
    public void Add(ProcessStat stat)
    {
        // Our heap need not hold more: processes that are left out have their turn when earlier ones are gone.
        if (Count == Most)
            return;
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Count * 2);
        var at = Count++;
        for (; at > 0 && _entries[at - 1].Stat.Pid > stat.Pid; at--)
            _entries[at] = _entries[at - 1];
        _entries[at] = new ProcessEntry { Stat = stat };
    }

    /// <summary>The place of a pid; negative if there is none.</summary>
    public int Find(int pid)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var there = _entries[middle].Stat.Pid;
            if (there == pid)
                return middle;
            if (there < pid)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return -1;
    }

    /// <summary>The place of this very process, not of a later one with its pid; negative if there is none.</summary>
    public int Find(in ProcessStat process) =>
        Find(process.Pid) is >= 0 and var at && _entries[at].Stat.StartTime == process.StartTime ? at : -1;
}
