using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Events;

/// <summary>A descriptor that became ready, and its EPOLL* bits.</summary>
internal readonly record struct Ready(int Descriptor, uint Events);

/// <summary>
/// One epoll instance (<c>man 7 epoll</c>), level-triggered. An event of a batch may be about a descriptor that the handler of an
/// earlier event closed, and whose number is in use again. So every registered descriptor is non-blocking, and the worst result is a
/// read that finds nothing.
/// </summary>
internal sealed unsafe class EventPort
{
    private const int BatchSize = 64;
    private readonly int _descriptor;
    private int _count;
    private readonly byte[] _batch = new byte[BatchSize * EventSize];

    private EventPort(int descriptor) => _descriptor = descriptor;

    // Only x86-64 packs the record.
    private static bool IsPacked => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    private static int EventSize => IsPacked ? sizeof(epoll_event_packed) : sizeof(epoll_event_aligned);

    public static EventPort? Open(out Errno error)
    {
        var descriptor = epoll_create1(EPOLL_CLOEXEC);
        error = descriptor < 0 ? LastError : Errno.None;
        return descriptor < 0 ? null : new EventPort(descriptor);
    }

    /// <summary>EPERM: a regular file, which is always ready and needs no wait.</summary>
    public Errno Add(int descriptor, uint events) => Control(EPOLL_CTL_ADD, descriptor, events);

    public Errno Change(int descriptor, uint events) => Control(EPOLL_CTL_MOD, descriptor, events);

    public void Remove(int descriptor) => _ = Control(EPOLL_CTL_DEL, descriptor, 0);

    /// <summary>Whether more descriptors may be ready than the last wait reported.</summary>
    public bool IsFull => _count == BatchSize;

    /// <summary>
    /// The last wait, or the next one, reports every descriptor that was ready by then. A later one may have been missed.
    /// </summary>
    public Instant LookedAt { get; private set; }

    /// <summary>Sleeps until a descriptor is ready, a deadline has come, or PID 1 was stopped and goes on.</summary>
    public void Wait(Instant due)
    {
        fixed (byte* start = _batch)
        {
            LookedAt = MonotonicClock.Now;
            var timeout = PollTimeout.Until(due, LookedAt);
            _count = epoll_wait(_descriptor, start, BatchSize, timeout);
            // Either the time is over; or EINTR: PID 1 was stopped for any length of time, and descriptors may have become ready
            // meanwhile. A call with a time-out of zero cannot be interrupted and reports all of them.
            if (_count > 0 || timeout == 0)
                return;
            LookedAt = MonotonicClock.Now;
            _count = epoll_wait(_descriptor, start, BatchSize, 0);
        }
    }

    /// <summary>Calls with each descriptor that the last wait found ready.</summary>
    public void ForEach(Action<Ready> ready)
    {
        for (var i = 0; i < _count; i++)
            ready(Read(_batch.AsSpan(i * EventSize)));
    }

    private static Ready Read(ReadOnlySpan<byte> record)
    {
        if (IsPacked)
        {
            var packed = Unsafe.ReadUnaligned<epoll_event_packed>(in record[0]);
            return new Ready((int)packed.data, packed.events);
        }
        var aligned = Unsafe.ReadUnaligned<epoll_event_aligned>(in record[0]);
        return new Ready((int)aligned.data, aligned.events);
    }

    private Errno Control(int operation, int descriptor, uint events)
    {
        var packed = new epoll_event_packed { events = events, data = (uint)descriptor };
        var aligned = new epoll_event_aligned { events = events, data = (uint)descriptor };
        return epoll_ctl(_descriptor, operation, descriptor, IsPacked ? &packed : &aligned) == 0 ? Errno.None : LastError;
    }
}
