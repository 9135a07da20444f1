using System.Buffers;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Operating;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Sockets;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Control;

/// <summary>
/// The clients of operators. Each asks one thing at a time; its answer is made and sent row by row, as its connection takes them. A client
/// that does not read is dropped, one that says nothing too, and the rows of an answer in a turn are limited.
/// </summary>
internal sealed class ControlTable
{
    /// <summary>Clients of both sockets together; some places are for those with full rights alone.</summary>
    private const int Most = 64;

    private const int MostReading = 48;
    private const int MostReadingOfUser = 24;

    /// <summary>Rows of a piece; a watch gives a client few pieces a turn.</summary>
    private const int MostRows = 16;

    private static readonly TimeSpan ToAsk = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ToLeave = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ToRead = TimeSpan.FromSeconds(10);

    private readonly Dictionary<long, ControlConnection> _all = [];
    private readonly ClientDeadlines _deadlines = new();
    private readonly List<ControlConnection> _some = [];
    private readonly ReadingBudget _budget = new();
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private readonly ControlSetup _setup;
    private readonly ClientLinks _links;
    private readonly ConnectionDisposal _disposal;
    private readonly Func<StatusRow, StatusRow> _complete;
    private readonly Func<int, bool> _isOwn;
    private readonly Action<SystemEvent> _tell;
    private readonly Doorway? _doorway;
    private ControlConnection? _next;
    private long _lastId;
    private long _events;
    private long _logs;
    private int _followers;

    /// <param name="setup">The socket, and what answers.</param>
    /// <param name="watch">Calls when a client is ready.</param>
    /// <param name="disposal">Closes connections.</param>
    /// <param name="complete">Adds to a row what the kernel's side alone knows.</param>
    /// <param name="isOwn">Whether a pid is that of our own <c>serve</c>, which no flood of others may keep from its answers.</param>
    /// <param name="tell">Takes requests that act.</param>
    public ControlTable(
        ControlSetup setup, DescriptorWatch watch, ConnectionDisposal disposal, Func<StatusRow, StatusRow> complete,
        Func<int, bool> isOwn, Action<SystemEvent> tell)
    {
        (_setup, _disposal, _complete, _isOwn, _tell) = (setup, disposal, complete, isOwn, tell);
        _links = new ClientLinks(watch, disposal, Source.ControlConnection);
        _doorway = setup.Socket is { } socket
            ? new Doorway(
                socket, Source.ControlSocket, watch, disposal, Prepare, (connection, peer) => Admit(connection, peer, true)) : null;
    }

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due => Instant.Earlier(_doorway?.Due ?? Instant.Never, _deadlines.Earliest);

    private Window? Window => _setup.Window;

    public void Expire(Instant now)
    {
        _doorway?.Open(now);
        _some.Clear();
        _deadlines.AddPassed(now, _some);
        var hasBegun = false;
        foreach (var client in _some)
        {
            if (client.Held is { } held)
            {
                // One answer a turn: many of them may have waited for the same moment.
                if (hasBegun || IsOverBudget(client, now))
                    continue;
                hasBegun = true;
                client.Due = Instant.Never;
                Begin(client, held);
            }
            else if (client.IsResting)
            {
                client.IsResting = false;
                client.Due = now + ToAsk;
                Watch(client);
            }
            else
                Drop(client);
        }
    }

    /// <summary>Before the next wait: clients that follow get what has happened since.</summary>
    public void Wake()
    {
        if (_followers == 0 || Window is not { } window || (window.Events.Last == _events && window.Logs.Last == _logs))
            return;
        var (hasEvent, hasLine) = (window.Events.Last != _events, window.Logs.Last != _logs);
        (_events, _logs) = (window.Events.Last, window.Logs.Last);
        foreach (var client in _all.Values)
        {
            if (!client.IsFollowing || !(client.FollowsLogs ? hasLine : hasEvent))
                continue;
            Follow(client, false);
            client.HasMore = true;
            Watch(client);
        }
    }

    /// <summary>Takes over a client of the socket for launches, which any user may use: it may look.</summary>
    /// <returns>False if its line is no request.</returns>
    public bool HandOver(Client from, ReadOnlySpan<byte> line)
    {
        var began = MonotonicClock.Now;
        var request = ControlFrames.Read(line, out var isRequest, out var problem);
        if (!isRequest)
            return false;
        Prepare();
        var peer = from.Peer;
        var connection = _links.Release(from);
        if (Admit(connection, peer, false) is not { } client)
            return true;
        Spend(client, began);
        Take(client, request, problem);
        return true;
    }

    /// <summary>The supervisor has answered.</summary>
    public void Answer(long id, IReadOnlyList<StatusRow> rows)
    {
        if (!_all.TryGetValue(id, out var client) || !client.IsAwaiting)
            return;
        client.IsAwaiting = false;
        Give(client, rows);
    }

    /// <summary>
    /// At the end: clients that follow, or wait for the end, get the last rows and the end of their answer. With PID 1 the kernel kills
    /// every process of the container, so these clients have a moment to leave before.
    /// </summary>
    public void Farewell()
    {
        var leaving = new List<ControlConnection>();
        foreach (var client in _all.Values)
            if (client.IsFollowing)
                leaving.Add(client);
        foreach (var client in leaving)
        {
            Follow(client, false);
            _ = Pump(client);
            if (client.Descriptor >= 0)
                Give(client, [new EndRow { Sequence = Window?.Events.Last }]);
        }
        var due = MonotonicClock.Now + ToLeave;
        foreach (var client in leaving)
        {
            var gone = new pollfd { fd = client.Descriptor, events = POLLIN };
            // Nothing is expected from it but its end.
            while (client.Descriptor >= 0 && MonotonicClock.Now < due && Poll(ref gone, due) == 0)
                continue;
        }
    }

    private static unsafe int Poll(ref pollfd one, Instant due)
    {
        fixed (pollfd* first = &one)
            return poll(first, 1, PollTimeout.Until(due, MonotonicClock.Now));
    }

    private void Prepare()
    {
        _next ??= new ControlConnection(++_lastId, _deadlines);
        _deadlines.Reserve();
        _ = _all.EnsureCapacity(_all.Count + 1);
    }

    private ControlConnection? Admit(int connection, ucred peer, bool isFull)
    {
        try
        {
            if (IsTurnedAway(connection, peer, isFull))
                return null;
        }
        catch (OutOfMemoryException)
        {
            _disposal.Close(connection);
            throw;
        }
        var client = _next!;
        (client.Descriptor, client.Peer, client.MayAct, _next) = (connection, peer, isFull, null);
        client.IsOwn = !isFull && _isOwn(peer.pid);
        _all.Add(client.Id, client);
        client.Due = MonotonicClock.Now + ToAsk;
        client.Ready = () => Ready(client);
        Watch(client);
        return client;
    }

    private bool IsTurnedAway(int connection, in ucred peer, bool isFull)
    {
        // A process outside of our PID namespace has no pid here: it is none of this container.
        if (peer.pid == 0 || (isFull && !IsAllowed(peer)) || !HasRoom(peer, isFull))
        {
            TurnAway(connection, peer.pid == 0
                ? new EndRow(ControlError.Forbidden, "Only a process in the PID namespace of mcp-init may use this socket.")
                : isFull && !IsAllowed(peer)
                ? new EndRow(ControlError.Forbidden, "Only root and the user of mcp-init may use this socket.")
                : new EndRow(ControlError.Busy, "Too many clients are connected; try again."));
            return true;
        }
        return false;
    }

    private bool IsOverBudget(ControlConnection client, Instant now) =>
        !client.MayAct && !client.IsOwn && _budget.FreeAt(client.Peer.uid) > now;

    /// <summary>The client has cost PID 1 the time since then.</summary>
    private void Spend(ControlConnection client, Instant began)
    {
        var now = MonotonicClock.Now;
        if (!client.MayAct && !client.IsOwn)
            _budget.Spend(client.Peer.uid, now - began, now);
    }

    /// <summary>The file's mode has let it in, if there is a file; an abstract socket has none.</summary>
    private bool IsAllowed(in ucred peer) => peer.uid == 0 || peer.uid == geteuid() ||
        (_setup.IsGroupAllowed && !SocketAddress.IsAbstract(_setup.Socket!.Path));

    private bool HasRoom(in ucred peer, bool isFull)
    {
        var user = peer.uid;
        var (reading, ofUser) = (0, 0);
        foreach (var client in _all.Values)
        {
            reading += client.MayAct || client.IsOwn ? 0 : 1;
            ofUser += !client.MayAct && client.Peer.uid == user ? 1 : 0;
        }
        if (isFull ? _all.Count < Most : _isOwn(peer.pid) || reading < MostReading && ofUser < MostReadingOfUser)
            return true;
        // A user over its own share makes room among its own; where all places are taken, the user with the most gives one to any other.
        if ((isFull ? Longest(c => IsIdle(c) && c.MayAct)
            : ofUser >= MostReadingOfUser ? Longest(c => IsIdle(c) && !c.MayAct && c.Peer.uid == user)
            : Longest(c => IsIdle(c) && !c.MayAct && !c.IsOwn) ?? OfGreediest(ofUser)) is not { } leaving)
            return false;
        Drop(leaving);
        return true;
    }

    /// <summary>It has asked nothing that is not answered, not even a request that PID 1 has still to read.</summary>
    private static bool IsIdle(ControlConnection client) => !client.IsBusy && !StreamPeek.HasInput(client.Descriptor);

    /// <summary>The client of this kind that connected first; null if there is none.</summary>
    private ControlConnection? Longest(Predicate<ControlConnection> isOfKind)
    {
        ControlConnection? longest = null;
        foreach (var client in _all.Values)
            if (isOfKind(client) && (longest is null || client.Id < longest.Id))
                longest = client;
        return longest;
    }

    /// <summary>The first client of the user that has most, if these are two more than another user has.</summary>
    private ControlConnection? OfGreediest(int ofUser)
    {
        var counts = new Dictionary<uint, int>();
        var (greediest, most) = (0u, 0);
        foreach (var client in _all.Values)
        {
            if (client.MayAct)
                continue;
            var count = counts[client.Peer.uid] = counts.GetValueOrDefault(client.Peer.uid) + 1;
            if (count > most)
                (greediest, most) = (client.Peer.uid, count);
        }
        return most > ofUser + 1 ? Longest(c => !c.MayAct && c.Peer.uid == greediest) : null;
    }

    private void TurnAway(int connection, EndRow end)
    {
        _line.ResetWrittenCount();
        StatusLines.Append(end, _line);
        unsafe
        {
            fixed (byte* start = _line.WrittenSpan)
                _ = send(connection, start, (nuint)_line.WrittenCount, MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        _disposal.Close(connection);
    }

    private bool Ready(ControlConnection client)
    {
        if (client.Descriptor < 0)
            return false;
        if (client.Output.IsBlocked)
        {
            var before = client.Output.Waiting;
            if (!client.Output.Continue(client.Descriptor))
            {
                Drop(client);
                return false;
            }
            // Only a client that reads has more time.
            if (client.Output.Waiting < before)
                client.Due = DueOf(client, MonotonicClock.Now);
            Watch(client);
            if (client.Output.IsBlocked)
                return false;
        }
        if (client.Answer is not null && !client.IsFollowing)
            return Pump(client);
        // Its next request is read when this one is answered.
        if (client.IsWaiting)
            return false;
        if (client.IsBusy)
        {
            // Nothing is expected from a follower but its end.
            if (StreamPeek.HasInput(client.Descriptor))
                Drop(client);
            return false;
        }
        // No line of it is read before its user may have another answer.
        if (IsOverBudget(client, MonotonicClock.Now))
        {
            client.IsResting = true;
            client.Due = _budget.FreeAt(client.Peer.uid);
            Watch(client);
            return false;
        }
        return Listen(client);
    }

    private bool Listen(ControlConnection client)
    {
        Span<byte> room = stackalloc byte[LineInput.Most];
        var began = MonotonicClock.Now;
        switch (client.Input.Take(client.Descriptor, room, out var length))
        {
            case LineResult.Line:
                var request = ControlFrames.Read(room[..length], out _, out var problem);
                Spend(client, began);
                Take(client, request, problem);
                return client.Descriptor >= 0;
            case LineResult.Part:
                return true;
            case LineResult.Nothing:
                return false;
            case LineResult.TooLong:
                Give(client, [new EndRow(ControlError.Invalid, $"The line is longer than {LineInput.Most} bytes.")]);
                Drop(client);
                return false;
            default:
                Drop(client);
                return false;
        }
    }

    private void Take(ControlConnection client, ControlRequest? request, string problem)
    {
        client.Due = Instant.Never;
        if (request is null)
            Give(client, [new EndRow(ControlError.Invalid, $"This is no request: {problem}.")]);
        else if (!client.MayAct && !ControlVerbs.IsForAll(request.Verb))
            Give(client, [new EndRow(
                ControlError.Forbidden, $"Only root and the user of mcp-init may ask for {ControlVerbs.Word(request.Verb)}.")]);
        else if (IsOverBudget(client, MonotonicClock.Now))
        {
            client.Held = request;
            client.Due = _budget.FreeAt(client.Peer.uid);
            Watch(client);
        }
        else
            Begin(client, request);
    }

    private void Begin(ControlConnection client, ControlRequest request)
    {
        client.Held = null;
        if (ControlVerbs.Acts(request.Verb))
        {
            client.IsAwaiting = true;
            // If the answer is lost for want of memory, the client must not stay for ever.
            client.Due = MonotonicClock.Now + ToAsk;
            Watch(client);
            _tell(new SystemEvent.Asked(client.Id, request, Asker.Of(client.Peer)));
        }
        else if (Window is { } window)
        {
            client.FollowsLogs = request.Verb == ControlVerb.Logs;
            client.Answer = window.Look(request);
            _ = Pump(client);
        }
        else
            Give(client, [new EndRow(ControlError.Busy, "mcp-init has just begun; try again.")]);
    }

    private void Give(ControlConnection client, IReadOnlyList<StatusRow> rows)
    {
        client.Answer = rows.GetEnumerator();
        _ = Pump(client);
    }

    /// <summary>Sends some rows; true if there are more, and room for them.</summary>
    private bool Pump(ControlConnection client)
    {
        var began = MonotonicClock.Now;
        if (Window is { } window)
            window.Now = began;
        var hasMore = true;
        try
        {
            for (var rows = 0; rows < MostRows && hasMore && !client.Output.IsBlocked; rows++)
                hasMore = SendNext(client);
        }
        catch
        {
            // Half an answer is none. Memory may have ended: the client may ask again.
            Drop(client);
            throw;
        }
        if (client.Descriptor < 0)
            return false;
        Spend(client, began);
        var now = MonotonicClock.Now;
        client.HasMore = hasMore;
        client.Due = DueOf(client, now);
        Watch(client);
        return hasMore && !client.Output.IsBlocked;
    }

    /// <summary>False if there is no more to send at present.</summary>
    private bool SendNext(ControlConnection client)
    {
        if (!client.Answer!.MoveNext())
        {
            client.Answer.Dispose();
            client.Answer = null;
            return false;
        }
        if (client.Answer.Current is not { } row)
        {
            Follow(client, true);
            return false;
        }
        if (row is PauseRow)
            return true;
        _line.ResetWrittenCount();
        StatusLines.Append(_complete(row), _line);
        if (client.Output.Send(client.Descriptor, _line.WrittenSpan))
            return true;
        Drop(client);
        return false;
    }

    private static Instant DueOf(ControlConnection client, Instant now) =>
        client.Output.IsBlocked ? now + ToRead : client.IsBusy ? Instant.Never : now + ToAsk;

    /// <summary>What a client sends before it has its answer and has read it waits: its connection would be ready in every turn.</summary>
    private void Watch(ControlConnection client)
    {
        client.IsPaused = client.Output.IsBlocked || client.IsWaiting || client.IsResting;
        _links.Watch(client);
    }

    private void Follow(ControlConnection client, bool isFollowing)
    {
        _followers += (isFollowing ? 1 : 0) - (client.IsFollowing ? 1 : 0);
        client.IsFollowing = isFollowing;
    }

    private void Drop(ControlConnection client)
    {
        Follow(client, false);
        _links.Disconnect(client);
        _ = _all.Remove(client.Id);
        client.Answer?.Dispose();
        (client.Answer, client.Held, client.IsAwaiting) = (null, null, false);
    }
}
