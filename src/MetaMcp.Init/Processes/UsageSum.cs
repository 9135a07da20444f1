using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Processes;

/// <summary>The memory and tasks of all processes of a run.</summary>
internal struct UsageSum
{
    private long _memory;
    private long _largestFiles;

    public int Tasks { get; private set; }

    /// <summary>In bytes, as <see cref="Core.Membership.RunUsage"/> defines it.</summary>
    public readonly long Memory => _memory + _largestFiles;

    /// <summary>Adds the resident memory. The sum is never less than the memory in use.</summary>
    public void AddRoughly(in ProcessStat process)
    {
        Tasks += process.Threads;
        // The look that found the process has read its memory, too: a second file of each process would double the cost.
        if (process.ResidentPages > 0)
        {
            _memory += process.ResidentPages * Environment.SystemPageSize;
            return;
        }
        Span<byte> buffer = stackalloc byte[256];
        if (Statm.TryRead(ProcFile.Read(process.Pid, "statm"u8, buffer), out var statm))
            _memory += statm.Resident * Environment.SystemPageSize;
    }

    /// <summary>Adds an estimate of PSS that needs no lock of the memory map.</summary>
    public void AddEstimate(in ProcessStat process)
    {
        Tasks += process.Threads;
        AddEstimate(process.Pid);
    }

    /// <summary>The same, for its memory alone.</summary>
    public void AddEstimate(int pid)
    {
        Span<byte> buffer = stackalloc byte[4096];
        if (ResidentMemory.TryRead(ProcFile.Read(pid, "status"u8, buffer), out var resident))
        {
            _memory += resident.Anonymous + resident.SharedMemory;
            _largestFiles = Math.Max(_largestFiles, resident.Files);
            return;
        }
        if (!Statm.TryRead(ProcFile.Read(pid, "statm"u8, buffer), out var statm))
            return;
        // status has no such lines: then shared memory cannot be told from files, and files are assumed to be the same in each
        // process.
        long page = Environment.SystemPageSize;
        _memory += (statm.Resident - statm.Shared) * page;
        _largestFiles = Math.Max(_largestFiles, statm.Shared * page);
    }

    /// <summary>Adds a known amount.</summary>
    public void AddMemory(long bytes) => _memory += bytes;
}
