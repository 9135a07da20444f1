using MetaMcp.Init.Addressing;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Sockets;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Control;

/// <summary>
/// The clients of operators: who may connect, and ask for what. Each asks one thing at a time, and one that says nothing is dropped.
/// </summary>
internal sealed class ControlTable
{
    private readonly ControlClients _clients;
    private readonly AnswerStream _answers;
    private readonly ClientDeadlines _deadlines = new();
    private readonly List<ControlConnection> _some = [];
    private readonly ReadingBudget _budget = new();
    private readonly ControlSetup _setup;
    private readonly ClientLinks _links;
    private readonly ConnectionDisposal _disposal;
    private readonly Action<SystemEvent> _tell;
    private readonly Doorway? _doorway;
    private ControlConnection? _next;
    private long _lastId;

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
        (_setup, _disposal, _tell) = (setup, disposal, tell);
        _links = new ClientLinks(watch, disposal, Source.ControlConnection);
        _clients = new ControlClients(isOwn);
        _answers = new AnswerStream(setup, _clients, _links, _budget, complete);
        _doorway = setup.Socket is { } socket
            ? new Doorway(
                socket, Source.ControlSocket, watch, disposal, Prepare, (connection, peer) => Admit(connection, peer, true)) : null;
    }

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due => Instant.Earlier(_doorway?.Due ?? Instant.Never, _deadlines.Earliest);

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
                // One answer a turn, and one time for all: another client of the user may have had the time for which this one waited.
                if (_budget.IsOver(client, now))
                    client.Due = _budget.FreeAt(client.Peer.uid);
                else if (!hasBegun)
                {
                    hasBegun = true;
                    Begin(client, held);
                }
            }
            else if (client.IsResting)
            {
                client.IsResting = false;
                client.Due = now + ControlConnection.ToAsk;
                _answers.Watch(client);
            }
            else
                _answers.Drop(client);
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
        var client = Admit(connection, peer, false);
        // A user whose clients are turned away pays for them too.
        if (client?.HasBudget != false)
            _budget.Spend(peer.uid, MonotonicClock.Now - began, MonotonicClock.Now);
        if (client is not null)
            Take(client, request, problem);
        return true;
    }

    /// <summary>The supervisor has answered.</summary>
    public void Answer(long id, IReadOnlyList<StatusRow> rows)
    {
        if (!_clients.TryGet(id, out var client) || !client.IsAwaiting)
            return;
        client.IsAwaiting = false;
        _answers.Give(client, rows);
    }

    /// <summary>Before the next wait.</summary>
    public void Wake() => _answers.Wake();

    /// <summary>At the end.</summary>
    public void Farewell() => _answers.Farewell();

    private void Prepare()
    {
        _next ??= new ControlConnection(++_lastId, _deadlines);
        _deadlines.Reserve();
        _clients.Reserve();
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
        client.IsOwn = !isFull && _clients.IsOwn(peer.pid);
        _clients.Add(client);
        client.Due = MonotonicClock.Now + ControlConnection.ToAsk;
        client.Ready = () => Ready(client);
        _answers.Watch(client);
        return client;
    }

    private bool IsTurnedAway(int connection, in ucred peer, bool isFull)
    {
        ControlConnection? leaving = null;
        // A process outside of our PID namespace has no pid here: it is none of this container.
        var end = peer.pid == 0
            ? new EndRow(ControlError.Forbidden, "Only a process in the PID namespace of mcp-init may use this socket.")
            : isFull && !IsAllowed(peer)
            ? new EndRow(ControlError.Forbidden, "Only root and the user of mcp-init may use this socket.")
            : !_clients.HasRoom(peer.uid, peer.pid, isFull, out leaving)
            ? new EndRow(ControlError.Busy, "Too many clients are connected; try again.") : null;
        if (end is null)
        {
            if (leaving is not null)
                _answers.Drop(leaving);
            return false;
        }
        _answers.SendOnce(connection, end);
        _disposal.Close(connection);
        return true;
    }

    /// <summary>The file's mode has let it in, if there is a file; an abstract socket has none.</summary>
    private bool IsAllowed(in ucred peer) => ControlClients.IsOurs(peer.uid) ||
        (_setup.IsGroupAllowed && !SocketAddress.IsAbstract(_setup.Socket!.Path));

    private bool Ready(ControlConnection client)
    {
        if (client.Descriptor < 0)
            return false;
        if (client.Output.IsBlocked && !_answers.Continue(client))
            return false;
        if (client.Answer is not null && !client.IsFollowing)
            return _answers.Pump(client);
        // Its next request is read when this one is answered.
        if (client.IsWaiting)
            return false;
        if (client.IsBusy)
        {
            // Nothing is expected from a follower but its end.
            if (StreamPeek.HasInput(client.Descriptor))
                _answers.Drop(client);
            return false;
        }
        // No line of it is read before its user may have another answer.
        if (_budget.IsOver(client, MonotonicClock.Now))
        {
            client.IsResting = true;
            client.Due = _budget.FreeAt(client.Peer.uid);
            _answers.Watch(client);
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
                _budget.Spend(client, began);
                Take(client, request, problem);
                return client.Descriptor >= 0;
            case LineResult.Part:
                _budget.Spend(client, began);
                return true;
            case LineResult.Nothing:
                return false;
            case LineResult.TooLong:
                _answers.Give(client, new EndRow(ControlError.Invalid, $"The line is longer than {LineInput.Most} bytes."));
                _answers.Drop(client);
                return false;
            default:
                _answers.Drop(client);
                return false;
        }
    }

    private void Take(ControlConnection client, ControlRequest? request, string problem)
    {
        if (request is null)
            _answers.Give(client, new EndRow(ControlError.Invalid, $"This is no request: {problem}."));
        else if (!client.MayAct && !ControlVerbs.IsForAll(request.Verb))
            _answers.Give(client, new EndRow(
                ControlError.Forbidden, $"Only root and the user of mcp-init may ask for {ControlVerbs.Word(request.Verb)}."));
        else if (_budget.IsOver(client, MonotonicClock.Now))
        {
            client.Held = request;
            client.Due = _budget.FreeAt(client.Peer.uid);
            _answers.Watch(client);
        }
        else
            Begin(client, request);
    }

    private void Begin(ControlConnection client, ControlRequest request)
    {
        client.Held = null;
        // If the answer is lost for want of memory, the client must not stay for ever.
        client.Due = MonotonicClock.Now + ControlConnection.ToAsk;
        if (ControlVerbs.Acts(request.Verb))
        {
            client.IsAwaiting = true;
            _answers.Watch(client);
            _tell(new SystemEvent.Asked(client.Id, request, Asker.Of(client.Peer)));
        }
        else
            _answers.Look(client, request);
    }
}
