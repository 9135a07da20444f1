using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Sweeping;

/// <summary>
/// Finds the processes that trace another or are traced, in slices: only the file of the traced process names its tracer.
/// </summary>
internal sealed unsafe class TracerSearch
{
    /// <summary>The names of some sixty processes.</summary>
    private const int ListSize = 2048;

    private readonly HashSet<int> _found = [];
    private int _directory = -1;
    private bool _isOver;

    /// <summary>True if the search is over and every process could be read.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Whether a process traces or is traced.</summary>
    public bool Has(int pid) => _found.Contains(pid);

    /// <summary>Continues until the given time, or a little longer; true if the search is over.</summary>
    public bool Continue(Instant until)
    {
        if (_isOver)
            return true;
        if (_directory < 0)
            _directory = KernelFile.Open("/proc");
        if (_directory < 0)
            return Finish(isWhole: false);
        Span<byte> buffer = stackalloc byte[4096];
        var list = new DirectoryReader(_directory, stackalloc byte[ListSize]);
        while (list.TryNext(out var name, out _))
        {
            if (DecimalText.TryRead(name, int.MaxValue, out var pid) &&
                ProcessStatus.TryReadTracer(ProcFile.Read((int)pid, "status"u8, buffer), out var tracer) && tracer != 0)
            {
                _ = _found.Add(tracer);
                _ = _found.Add((int)pid);
            }
            if (!list.IsBuffered && MonotonicClock.Now >= until)
                return false;
        }
        return Finish(list.Error.IsSuccess);
    }

    /// <summary>Closes the directory of an unfinished search.</summary>
    public void Close()
    {
        if (_directory >= 0)
            _ = close(_directory);
        _directory = -1;
    }

    private bool Finish(bool isWhole)
    {
        (_isOver, IsWhole) = (true, isWhole);
        Close();
        return true;
    }
}
