using System.Buffers;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Operating;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Sockets;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Control;

/// <summary>
/// The answers under way: each is made and sent piece by piece, as its connection takes them. The rows of a piece are limited,
/// and a client that does not read is dropped.
/// </summary>
/// <param name="setup">Has what answers.</param>
/// <param name="clients">Those that are connected.</param>
/// <param name="links">Their connections.</param>
/// <param name="budget">Pays for what an answer costs.</param>
/// <param name="complete">Adds to a row what the kernel's side alone knows.</param>
internal sealed class AnswerStream(
    ControlSetup setup, ControlClients clients, ClientLinks links, ReadingBudget budget, Func<StatusRow, StatusRow> complete)
{
    /// <summary>Rows of a piece, which is sent at once: each send wakes the client. A watch gives a client few pieces a turn.</summary>
    private const int MostRows = 16;

    /// <summary>A piece of this many bytes is long enough.</summary>
    private const int MostBytes = 8192;

    private static readonly TimeSpan ToLeave = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ToRead = TimeSpan.FromSeconds(10);

    private readonly ArrayBufferWriter<byte> _piece = new(1024);
    private long _events;
    private long _logs;
    private int _followers;

    private Window? Window => setup.Window;

    public void Give(ControlConnection client, params IReadOnlyList<StatusRow> rows)
    {
        client.Answer = rows.GetEnumerator();
        _ = Pump(client);
    }

    /// <summary>The rows that answer a request which only looks.</summary>
    public void Look(ControlConnection client, ControlRequest request)
    {
        if (Window is not { } window)
        {
            Give(client, new EndRow(ControlError.Busy, "mcp-init has just begun; try again."));
            return;
        }
        client.FollowsLogs = request.Verb == ControlVerb.Logs;
        client.Answer = window.Look(request);
        _ = Pump(client);
    }

    /// <summary>One row for a connection that becomes no client, as far as it takes it.</summary>
    public unsafe void SendOnce(int connection, EndRow end)
    {
        _piece.ResetWrittenCount();
        StatusLines.Append(end, _piece);
        fixed (byte* start = _piece.WrittenSpan)
            _ = send(connection, start, (nuint)_piece.WrittenCount, MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    /// <summary>Sends what its connection had no room for.</summary>
    /// <returns>False if there is still no room, or the client is gone.</returns>
    public bool Continue(ControlConnection client)
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
        return !client.Output.IsBlocked;
    }

    /// <summary>Before the next wait: clients that follow get what has happened since.</summary>
    public void Wake()
    {
        if (_followers == 0 || Window is not { } window || (window.Events.Last == _events && window.Logs.Last == _logs))
            return;
        var (hasEvent, hasLine) = (window.Events.Last != _events, window.Logs.Last != _logs);
        (_events, _logs) = (window.Events.Last, window.Logs.Last);
        foreach (var client in clients.All)
        {
            if (!client.IsFollowing || !(client.FollowsLogs ? hasLine : hasEvent))
                continue;
            Follow(client, false);
            client.HasMore = true;
            Watch(client);
        }
    }

    /// <summary>
    /// At the end: each answer that is under way gets the rows that there are, and its end. With PID 1 the kernel kills every process of
    /// the container, so clients, also one that has just been told that the shutdown begins, have a moment to leave before.
    /// </summary>
    public void Farewell()
    {
        var (leaving, due) = (new List<ControlConnection>(), MonotonicClock.Now + ToLeave);
        foreach (var client in clients.All)
            if (client.MayAct || client.Answer is not null || client.Output.IsBlocked)
                leaving.Add(client);
        foreach (var client in leaving)
            Finish(client, due);
        foreach (var client in leaving)
        {
            var gone = new pollfd { fd = client.Descriptor, events = POLLIN };
            // Nothing is expected from it but its end.
            while (client.Descriptor >= 0 && MonotonicClock.Now < due && Poll(ref gone, due) == 0)
                continue;
        }
    }

    /// <summary>As much as its connection takes at once: a client that does not read holds up no shutdown.</summary>
    private void Finish(ControlConnection client, Instant due)
    {
        Follow(client, false);
        while (client is { Descriptor: >= 0, Answer: not null, IsFollowing: false, Output.IsBlocked: false } && MonotonicClock.Now < due)
            _ = Pump(client);
        if (client is { Descriptor: >= 0, IsFollowing: true })
            Give(client, new EndRow { Sequence = client.FollowsLogs ? Window?.Logs.Last : Window?.Events.Last });
        // It reads to the end, and goes.
        if (client.Descriptor >= 0)
            _ = shutdown(client.Descriptor, SHUT_WR);
    }

    /// <summary>Sends some rows; true if there are more, and room for them.</summary>
    public bool Pump(ControlConnection client)
    {
        var began = MonotonicClock.Now;
        if (Window is { } window)
            window.Now = began;
        var hasMore = true;
        try
        {
            _piece.ResetWrittenCount();
            for (var rows = 0; rows < MostRows && hasMore && !client.Output.IsBlocked && _piece.WrittenCount < MostBytes; rows++)
                hasMore = AppendNext(client);
            if (_piece.WrittenCount > 0 && !client.Output.Send(client.Descriptor, _piece.WrittenSpan))
                Drop(client);
        }
        catch
        {
            // Half an answer is none. Memory may have ended: the client may ask again.
            budget.Spend(client, began);
            Drop(client);
            throw;
        }
        // The rows have been made, whether the client still wants them or not.
        budget.Spend(client, began);
        if (client.Descriptor < 0)
            return false;
        client.HasMore = hasMore;
        client.Due = DueOf(client, MonotonicClock.Now);
        Watch(client);
        return hasMore && !client.Output.IsBlocked;
    }

    /// <summary>What a client sends before it has its answer and has read it waits: its connection would be ready in every turn.</summary>
    public void Watch(ControlConnection client)
    {
        client.IsPaused = client.Output.IsBlocked || client.IsWaiting || client.IsResting;
        links.Watch(client);
    }

    public void Drop(ControlConnection client)
    {
        Follow(client, false);
        links.Disconnect(client);
        clients.Remove(client);
        client.Answer?.Dispose();
        (client.Answer, client.Held, client.IsAwaiting) = (null, null, false);
    }

    /// <summary>Appends a row to the piece; false if there is no more at present.</summary>
    private bool AppendNext(ControlConnection client)
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
        if (row is not PauseRow)
            StatusLines.Append(complete(row), _piece);
        return true;
    }

    private void Follow(ControlConnection client, bool isFollowing)
    {
        _followers += (isFollowing ? 1 : 0) - (client.IsFollowing ? 1 : 0);
        client.IsFollowing = isFollowing;
    }

    private static Instant DueOf(ControlConnection client, Instant now) =>
        client.Output.IsBlocked ? now + ToRead : client.IsBusy ? Instant.Never : now + ControlConnection.ToAsk;

    private static unsafe int Poll(ref pollfd one, Instant due)
    {
        fixed (pollfd* first = &one)
            return poll(first, 1, PollTimeout.Until(due, MonotonicClock.Now));
    }
}
