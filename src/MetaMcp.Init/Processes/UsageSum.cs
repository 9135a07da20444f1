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
        Span<byte> buffer = stackalloc byte[2048];
        if (closely && SmapsRollup.Pss(ProcFile.Read(process.Pid, "smaps_rollup"u8, buffer)) is { } pss)
        {
            _memory += pss;
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
        // Another user's, which takes CAP_SYS_PTRACE to look into: what files back is taken to be the same in each of them.
        _memory += (statm.Resident - statm.Shared) * page;
        _largestShared = Math.Max(_largestShared, statm.Shared * page);
    }
}
