using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Membership;

/// <summary>
/// Every process at one moment, by pid. Meant to be filled again and again: PID 1 looks twice a second, for months, and an array
/// that is kept makes no garbage.
/// </summary>
public sealed class ProcessSnapshot
{
    private const int Most = 1 << 16;

    private ProcessEntry[] _entries = new ProcessEntry[64];

    public int Count { get; private set; }

    public ref ProcessEntry this[int index] => ref _entries[index];

    public void Clear() => Count = 0;

    /// <summary>The kernel lists by pid in rising order; one that comes out of it is put where it belongs.</summary>
    public void Add(ProcessStat stat)
    {
        // More than that our heap need not hold: those left out have their turn when the ones before them are gone.
        if (Count == Most)
            return;
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Count * 2);
        var at = Count++;
        for (; at > 0 && _entries[at - 1].Stat.Pid > stat.Pid; at--)
            _entries[at] = _entries[at - 1];
        _entries[at] = new ProcessEntry { Stat = stat };
    }

    /// <summary>The place of a pid; negative where there is none.</summary>
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

    /// <summary>The place of this very process, not of another that has its number by now; negative where there is none.</summary>
    public int Find(in ProcessStat process) =>
        Find(process.Pid) is >= 0 and var at && _entries[at].Stat.StartTime == process.StartTime ? at : -1;
}
