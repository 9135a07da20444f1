using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>
/// A trigger on <c>memory.pressure</c> of a cgroup (<c>Documentation/accounting/psi.rst</c>): the descriptor is ready by priority
/// (EPOLLPRI) when all of its processes have waited for memory for 200 ms of two seconds. The kernel tells that once in each two seconds
/// at most, and
/// to be asked is to be told: nothing has to be read before the next time.
/// </summary>
/// <param name="cgroup">The directory; null if there is none.</param>
/// <param name="watch">Waits for the trigger.</param>
/// <param name="tell">Takes the answers.</param>
internal sealed unsafe class StallTrigger(string? cgroup, DescriptorWatch watch, Action<SystemEvent> tell)
{
    private int _file = -1;

    public void Set(bool isOn)
    {
        Clear();
        if (!isOn)
            return;
        var error = Open();
        if (error.IsSuccess)
            watch.Add(_file, Source.MemoryStalls, Stalled, EPOLLPRI);
        else
            tell(new SystemEvent.StallsNotToBeHad($"memory.pressure of the cgroup of all services: {error}"));
    }

    private Errno Open()
    {
        _file = KernelFile.Open($"{cgroup}/memory.pressure", O_RDWR | O_NONBLOCK);
        if (_file < 0)
            return LastError;
        // The kernel wants the zero at the end.
        var text = "full 200000 2000000\0"u8;
        nint written;
        fixed (byte* start = text)
            written = write(_file, start, (nuint)text.Length);
        var error = written < 0 ? LastError : Errno.None;
        if (!error.IsSuccess)
            Close();
        return error;
    }

    private void Stalled()
    {
        Span<byte> text = stackalloc byte[512];
        // If the cgroup is gone (ENODEV), the descriptor would be ready for ever.
        if (!KernelFile.Read(_file, text, out var length).IsSuccess)
            Clear();
        else
            tell(new SystemEvent.Stalled(PressureShares.Find(text[..length], "full"u8)?.Average10));
    }

    private void Clear()
    {
        if (_file < 0)
            return;
        watch.Remove(_file);
        Close();
    }

    private void Close()
    {
        _ = close(_file);
        _file = -1;
    }
}
