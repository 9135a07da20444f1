using System.Runtime.InteropServices;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Sockets;

/// <summary>
/// Closes the connections of clients. To close one with descriptors in its queue closes these too, and the last close of a descriptor may
/// block (a socket with SO_LINGER, a file system that hangs). So PID 1 itself closes only a connection whose queue it has seen to be
/// without any. The others go to a short child (<c>discard hold</c>): it inherits up to 64 of them, waits until PID 1 has closed its own
/// copies, and ends, so that the kernel closes them on behalf of the child.
/// </summary>
/// <param name="nullDescriptor">The child's outputs.</param>
/// <param name="helpers">Holds the pid of a child until it is collected.</param>
internal sealed unsafe class ConnectionDisposal(int nullDescriptor, HelperTable helpers)
{
    private const int MostOfOneChild = 64;

    /// <summary>Children that were sent SIGKILL and sleep in the kernel: with so many, further connections wait.</summary>
    private const int MostChildren = 4;

    /// <summary>A full queue of a client is some 200 KB.</summary>
    private const int MostLooks = 32;

    private const int LookLength = 8192;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    private readonly List<int> _waiting = [];
    private readonly Dictionary<int, Instant> _children = [];
    private Instant _notBefore;

    /// <summary>The number of connections that wait for a child.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due
    {
        get
        {
            var due = _waiting.Count > 0 && _children.Count < MostChildren ? _notBefore : Instant.Never;
            foreach (var late in _children.Values)
                due = Instant.Earlier(due, late);
            return due;
        }
    }

    /// <summary>Closes a connection, now or soon. It must not be watched any more.</summary>
    public void Close(int connection)
    {
        // No more can come; the bytes that are there can still be read.
        _ = shutdown(connection, SHUT_RDWR);
        if (IsClean(connection))
        {
            _ = close(connection);
            return;
        }
        if (_waiting.Count == 0)
            _notBefore = Instant.Later(_notBefore, MonotonicClock.Now);
        _waiting.Add(connection);
    }

    /// <summary>Starts a child for the connections that wait, and kills a child that is late.</summary>
    public void Expire(Instant now)
    {
        foreach (var (pid, late) in _children)
        {
            if (late > now)
                continue;
            // The child was not collected, so the pid is still its own.
            _ = kill(pid, Signal.Kill.Number);
            helpers.Killed(pid);
            // .NET Core 3.0 and later allow to set a value during the enumeration.
            _children[pid] = Instant.Never;
        }
        if (_waiting.Count > 0 && _children.Count < MostChildren && _notBefore <= now)
            Start(now);
    }

    /// <summary>A child was collected; true if it was one of these.</summary>
    public bool TakeCollected(int pid) => _children.Remove(pid);

    private static bool IsClean(int connection)
    {
        Span<byte> room = stackalloc byte[LookLength];
        for (var look = 0; look < MostLooks; look++)
        {
            switch (StreamPeek.Look(connection, room, out var length))
            {
                case PeekResult.Bytes when StreamPeek.Take(connection, room[..length]):
                    continue;
                case PeekResult.Ended:
                    return true;
                default:
                    return false;
            }
        }
        return false;
    }

    private void Start(Instant now)
    {
        _notBefore = now + Pace;
        _ = _children.EnsureCapacity(_children.Count + 1);
        var count = Math.Min(_waiting.Count, MostOfOneChild);
        var held = CollectionsMarshal.AsSpan(_waiting)[..count];
        if (!WaitingChild.Start(["discard", "hold"], nullDescriptor, held, isFreeing: true, out var pid, out var pipe).IsSuccess)
            return;
        _children.Add(pid, now + Patience);
        helpers.AddReader(pid);
        helpers.Add(pid, 0);
        foreach (var connection in held)
            _ = close(connection);
        _waiting.RemoveRange(0, count);
        // Now that the child has the last copies.
        _ = close(pipe);
    }
}
