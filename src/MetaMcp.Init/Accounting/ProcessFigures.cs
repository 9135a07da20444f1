using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Accounting;

/// <summary>All that is wanted of /proc/[pid]/stat, from one reading: with two hundred processes each further one can be seen.</summary>
internal readonly record struct ProcessFigures(ProcessStat Stat, ProcessTimes Times)
{
    /// <summary>Its processor time without that of children that it has collected.</summary>
    public ProcessTimes OwnTimes { get; init; }

    /// <summary>False if the process is gone.</summary>
    public static bool TryRead(int pid, out ProcessFigures figures, out Errno error)
    {
        Span<byte> buffer = stackalloc byte[1024];
        var text = ProcFile.Read(pid, "stat"u8, buffer, out error);
        figures = default;
        if (!ProcessStat.TryRead(text, out var stat))
            return false;
        _ = ProcessTimes.TryRead(text, out var times, out var own);
        figures = new ProcessFigures(stat, times) { OwnTimes = own };
        return true;
    }
}
