using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Notifying;

/// <summary>
/// Closes descriptors that came with notifications, by short children (<c>discard</c>): each inherits the socket, receives the
/// messages that PID 1 must not receive, and ends. One child at a time for each socket, and some fifty a second, so that a service
/// that sends descriptors without end costs PID 1 almost no time. A child that hangs is killed after a second. The socket is closed
/// when no message with descriptors is left in it.
/// </summary>
/// <param name="watch">Does not read the socket while a child does.</param>
/// <param name="nullDescriptor">The child's outputs.</param>
/// <param name="helpers">Holds the pid of a child until it is collected.</param>
internal sealed class DescriptorDisposal(DescriptorWatch watch, int nullDescriptor, HashSet<int> helpers)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    private readonly List<Case> _cases = [];

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due
    {
        get
        {
            var due = Instant.Never;
            foreach (var one in _cases)
                due = Instant.Earlier(due, one.Due);
            return due;
        }
    }

    /// <summary>Whether there is a child that was sent SIGKILL and has not ended: it may sleep in the kernel.</summary>
    public bool HasLeft => _cases.Exists(c => c.IsKilled);

    /// <summary>Whether a pid belongs to such a child.</summary>
    public bool IsLeft(int pid) => _cases.Exists(c => c.IsKilled && c.Pid == pid);

    /// <summary>
    /// The first message of a socket has descriptors: the socket is watched again when that message has been received.
    /// </summary>
    /// <param name="socket">The socket.</param>
    /// <param name="again">Watches the socket again.</param>
    public void Receive(NotifySocket socket, Action again)
    {
        var one = CaseOf(socket);
        one.Again = again;
        watch.Remove(socket.Descriptor);
        Start(one);
    }

    /// <summary>
    /// The run is over: the socket, which is no longer watched, is closed; at once if no message in it has descriptors.
    /// </summary>
    public void Close(NotifySocket socket)
    {
        socket.End();
        var one = CaseOf(socket);
        one.Again = null;
        if (one.Pid == 0)
            Continue(one);
    }

    /// <summary>Kills a child that hangs, and starts the next one if its time has come.</summary>
    public void Expire(Instant now)
    {
        for (var at = _cases.Count - 1; at >= 0; at--)
        {
            var one = _cases[at];
            if (one.Due > now)
                continue;
            if (one.Pid == 0)
            {
                Continue(one);
                continue;
            }
            // The child was not collected, so the pid is still its own.
            _ = kill(one.Pid, Signal.Kill.Number);
            one.IsKilled = true;
            one.Due = Instant.Never;
        }
    }

    /// <summary>A child was collected; true if it was one of these.</summary>
    public bool TakeCollected(int pid)
    {
        if (_cases.Find(c => c.Pid == pid) is not { } one)
            return false;
        (one.Pid, one.IsKilled) = (0, false);
        one.Socket.IsHeadRead = false;
        Continue(one);
        return true;
    }

    private Case CaseOf(NotifySocket socket)
    {
        var one = _cases.Find(c => c.Socket == socket);
        if (one is null)
            _cases.Add(one = new Case(socket));
        return one;
    }

    /// <summary>Takes the next step; if memory ends on the way, it is tried again a second later.</summary>
    private void Continue(Case one)
    {
        one.Due = MonotonicClock.Now + Patience;
        Span<byte> text = stackalloc byte[1];
        while (one.Again is null && one.Socket.TryPeek(text, out _, out _, out var hasDescriptors))
        {
            if (hasDescriptors)
            {
                Start(one);
                return;
            }
            one.Socket.Drop();
        }
        if (one.Again is { } again)
        {
            // If no child could be started, the first message may still be there with its descriptors.
            if (one.Socket.IsHeadRead)
                Start(one);
            else
                again();
            one.Due = one.Socket.IsHeadRead ? one.Due : Instant.Never;
            return;
        }
        one.Socket.Close();
        _ = _cases.Remove(one);
    }

    private void Start(Case one)
    {
        var now = MonotonicClock.Now;
        if (now < one.NotBefore)
        {
            one.Due = one.NotBefore;
            return;
        }
        (one.NotBefore, one.Due) = (now + Pace, now + Patience);
        ReadOnlySpan<DescriptorMapping> mappings = [new(one.Socket.Descriptor, 0), new(nullDescriptor, 1), new(nullDescriptor, 2)];
        var error = Spawner.SpawnOurselves(
            ["mcp-init", "discard", one.Again is null ? "all" : "one"], ImmutableSortedDictionary<string, string>.Empty, mappings,
            out var pid);
        if (!error.IsSuccess)
            return;
        one.Pid = pid;
        _ = helpers.Add(pid);
    }

    /// <summary>A socket that needs a child, or is to be closed.</summary>
    private sealed class Case(NotifySocket socket)
    {
        public NotifySocket Socket { get; } = socket;

        /// <summary>Watches the socket again; null if it is to be closed.</summary>
        public Action? Again { get; set; }

        /// <summary>The pid of the child at work until it is collected; else 0.</summary>
        public int Pid { get; set; }

        /// <summary>The child was sent SIGKILL.</summary>
        public bool IsKilled { get; set; }

        /// <summary>The time at which the child at work is late, or the next one may start.</summary>
        public Instant Due { get; set; } = Instant.Never;

        public Instant NotBefore { get; set; }
    }
}
