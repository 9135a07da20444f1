using System.Globalization;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Cgroups;

/// <summary>
/// <c>memory.high</c> of a cgroup as a tripwire: the kernel counts in memory.events when the memory reaches it (cgroup-v2.rst). As a limit
/// it would slow the processes down, so whoever hears of it takes it away at once.
/// </summary>
internal sealed class MemoryWire(string directory)
{
    private readonly string _high = $"{directory}/memory.high";

    /// <summary>Open while the wire is set: to take it away needs no memory and no descriptor.</summary>
    private int _limit = -1;

    /// <summary>Readable by priority (EPOLLPRI) when a count has changed; -1 while the wire is not set.</summary>
    public int Events { get; private set; } = -1;

    /// <summary>
    /// Sets the wire; false if the memory is there already, or the kernel refuses. Whoever writes a limit below the present memory reclaims
    /// until it fits, and waits for file systems: PID 1 must not. Newer kernels leave that out with O_NONBLOCK; others then
    /// reclaim only the few pages that come between the reading and the writing.
    /// </summary>
    public bool Set(long bytes)
    {
        Clear();
        if (InstanceCgroup.Number($"{directory}/memory.current") is not { } held || held >= bytes)
            return false;
        // The counts of this cgroup alone (Linux 5.2): those below have limits of their own.
        Events = KernelFile.Open($"{directory}/memory.events.local");
        if (Events < 0)
            Events = KernelFile.Open($"{directory}/memory.events");
        if (Events < 0)
            return false;
        // A change counts from the last reading on.
        Span<byte> text = stackalloc byte[512];
        _ = KernelFile.Read(Events, text, out _);
        _limit = KernelFile.Open(_high, O_WRONLY | O_NONBLOCK);
        if (_limit >= 0 && KernelFile.Write(_limit, bytes.ToString(CultureInfo.InvariantCulture)).IsSuccess)
            return true;
        Clear();
        return false;
    }

    /// <summary>Takes the wire away. Its descriptor must not be watched any more.</summary>
    public void Clear()
    {
        if (Events < 0)
            return;
        _ = close(Events);
        Events = -1;
        if (_limit < 0)
            return;
        // ENODEV: the cgroup is gone. No other error is known for a value that lifts a limit.
        _ = KernelFile.Write(_limit, "max");
        _ = close(_limit);
        _limit = -1;
    }
}
