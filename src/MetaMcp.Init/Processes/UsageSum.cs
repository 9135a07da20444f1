using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Processes;

/// <summary>What the processes of a run use together.</summary>
internal struct UsageSum
{
    private long _memory;
    private long _largestFiles;

    public int Tasks { get; private set; }

    /// <summary>In bytes, as <see cref="Core.Membership.RunUsage"/> has it.</summary>
    public readonly long Memory => _memory + _largestFiles;

    /// <summary>The sum of what is resident: never less than what is used.</summary>
    public void AddRoughly(in ProcessStat process)
    {
        Tasks += process.Threads;
        Span<byte> buffer = stackalloc byte[256];
        if (Statm.TryRead(ProcFile.Read(process.Pid, "statm"u8, buffer), out var statm))
            _memory += statm.Resident * Environment.SystemPageSize;
    }

    /// <summary>What can be told of PSS without the lock of the memory map.</summary>
    public void AddEstimate(in ProcessStat process)
    {
        Tasks += process.Threads;
        AddEstimate(process.Pid);
    }

    /// <summary>The same, of its memory alone.</summary>
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
        // No such lines: then shared memory cannot be told from files, which are taken to be the same in each.
        long page = Environment.SystemPageSize;
        _memory += (statm.Resident - statm.Shared) * page;
        _largestFiles = Math.Max(_largestFiles, statm.Shared * page);
    }

    /// <summary>What is known of one.</summary>
    public void AddMemory(long bytes) => _memory += bytes;
}
