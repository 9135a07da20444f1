using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Processes;

/// <summary>What the processes of a run use together.</summary>
internal struct UsageSum
{
    private long _memory;
    private long _largestShared;

    public int Tasks { get; private set; }

    /// <summary>In bytes, as <see cref="Core.Membership.RunUsage"/> has it.</summary>
    public readonly long Memory => _memory + _largestShared;

    public void Add(in ProcessStat process, bool closely)
    {
        Tasks += process.Threads;
        Span<byte> buffer = stackalloc byte[4096];
        if (closely && ResidentMemory.TryRead(ProcFile.Read(process.Pid, "status"u8, buffer), out var resident))
        {
            _memory += resident.Anonymous + resident.SharedMemory;
            _largestShared = Math.Max(_largestShared, resident.Files);
            return;
        }
        if (!Statm.TryRead(ProcFile.Read(process.Pid, "statm"u8, buffer), out var statm))
            return;
        long page = Environment.SystemPageSize;
        if (!closely)
        {
            _memory += statm.Resident * page;
            return;
        }
        // No such lines: then shared memory cannot be told from files, which are taken to be the same in each.
        _memory += (statm.Resident - statm.Shared) * page;
        _largestShared = Math.Max(_largestShared, statm.Shared * page);
    }
}
