using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Accounting;

/// <summary>
/// An estimate of the memory of some processes together, from one small file of each (<c>man 5 proc</c>, statm): their own memory, and the
/// largest part that may be shared, since processes of a run mostly share the same program. It takes no lock, unlike PSS, and costs a third
/// of /proc/[pid]/status. Of one process alone that is its resident memory, which its stat has told already.
/// </summary>
internal struct RoughMemory
{
    private long _sum;
    private long _largestShared;
    private ProcessStat _only;
    private int _count;

    /// <summary>In bytes.</summary>
    public readonly long Bytes => _sum + _largestShared + (_only.ResidentPages * Environment.SystemPageSize);

    public void Add(in ProcessStat process)
    {
        if (_count++ == 0)
        {
            _only = process;
            return;
        }
        if (_count == 2)
            Read(_only.Pid);
        _only = default;
        Read(process.Pid);
    }

    private void Read(int pid)
    {
        Span<byte> buffer = stackalloc byte[128];
        if (!Statm.TryRead(ProcFile.Read(pid, "statm"u8, buffer), out var statm))
            return;
        long page = Environment.SystemPageSize;
        _sum += (statm.Resident - statm.Shared) * page;
        _largestShared = Math.Max(_largestShared, statm.Shared * page);
    }
}
