using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Notifying;

/// <summary>
/// Gets rid of descriptors that came with notifications, by short children (<c>discard</c>): each inherits the socket, receives what
/// PID 1 must not, and ends. One child a socket at a time and some fifty a second, so that a service that sends descriptors without end
/// costs PID 1 next to nothing. A child that hangs is killed after a second; the socket is closed when no message with descriptors is left
/// in it.
/// </summary>
/// <param name="watch">Does not look at the socket while a child does.</param>
/// <param name="nullDescriptor">The child's outputs.</param>
/// <param name="helpers">Knows its pid until it is collected.</param>
internal sealed class Disposal(DescriptorWatch watch, int nullDescriptor, HashSet<int> helpers)
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

    /// <summary>Whether a pid is of such a child.</summary>
    public bool IsLeft(int pid) => _cases.Exists(c => c.IsKilled && c.Pid == pid);

    /// <summary>The first message of a socket has descriptors: the socket is watched again when it has been received.</summary>
    /// <param name="socket">Whose.</param>
    /// <param name="again">Watches it again.</param>
    public void Receive(NotifySocket socket, Action again)
    {
        var one = CaseOf(socket);
        one.Again = again;
        watch.Remove(socket.Descriptor);
        Start(one);
    }

    /// <summary>
    /// The run is over: the socket, which nobody watches any more, is closed, at once where nothing in it has descriptors.
    /// </summary>
    public void Close(NotifySocket socket)
    {
        socket.End();
        var one = CaseOf(socket);
        one.Again = null;
        if (one.Pid == 0)
            Continue(one);
    }

    /// <summary>Kills a child that hangs, and starts the next one where its time has come.</summary>
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
            // It was not collected, so it has its pid.
            _ = kill(one.Pid, Signal.Kill.Number);
            one.IsKilled = true;
            one.Due = Instant.Never;
        }
    }

    /// <summary>A child was collected; true where it was one of these.</summary>
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

    /// <summary>Does what comes next; where memory ends on the way, it is done a second later.</summary>
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
            // Its first message may be there still, with its descriptors, where no child could be had.
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
        var error = ChildProgram.Start(
            ["mcp-init", "discard", one.Again is null ? "all" : "one"], ImmutableSortedDictionary<string, string>.Empty, mappings,
            out var pid);
        if (!error.IsSuccess)
            return;
        one.Pid = pid;
        _ = helpers.Add(pid);
    }

    /// <summary>A socket with which something is to be done.</summary>
    private sealed class Case(NotifySocket socket)
    {
        public NotifySocket Socket { get; } = socket;

        /// <summary>Watches it again; null where it is to be closed.</summary>
        public Action? Again { get; set; }

        /// <summary>Of the child at work until it is collected; else 0.</summary>
        public int Pid { get; set; }

        /// <summary>That child was sent SIGKILL.</summary>
        public bool IsKilled { get; set; }

        /// <summary>When the child at work is late, or the next one may start.</summary>
        public Instant Due { get; set; } = Instant.Never;

        public Instant NotBefore { get; set; }
    }
}
