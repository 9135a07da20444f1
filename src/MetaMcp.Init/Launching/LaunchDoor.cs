using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launching;

/// <summary>
/// Lets clients in, one a step, and turns away those that are too many. Only launches without a place count: the number of the others is
/// limited by the pool. If there is no descriptor for a connection, the socket rests for a moment, since it would stay readable.
/// </summary>
/// <param name="socket">Where they knock.</param>
/// <param name="watch">Calls when there is one.</param>
/// <param name="all">Every launch.</param>
/// <param name="deadlines">Knows the launches that are due at some time.</param>
/// <param name="disposal">Closes those that are turned away.</param>
/// <param name="complaints">Tells of them.</param>
/// <param name="admit">Takes a connection whose client may speak.</param>
/// <param name="turnOut">Lets go of a client that has said nothing.</param>
internal sealed unsafe class LaunchDoor(
    LaunchSocket socket, DescriptorWatch watch, IReadOnlyCollection<LaunchConnection> all, LaunchDeadlines deadlines,
    ConnectionDisposal disposal, LaunchComplaints complaints, Action<LaunchConnection> admit,
    Action<LaunchConnection> turnOut)
{
    private const int MostWithoutPlace = 256;

    /// <summary>So that two users at least can launch, and a client can start a hundred servers at once.</summary>
    private const int MostOfUser = 128;

    /// <summary>A client that has said nothing yet.</summary>
    private const int MostSilentOfProcess = 32;

    /// <summary>Connections that wait for their close: beyond these, none is taken.</summary>
    private const int MostToClose = 256;

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    private long _lastId;
    private LaunchConnection? _next;

    /// <summary>When <see cref="Open"/> has something to do.</summary>
    public Instant Due { get; private set; } = new(0);

    /// <summary>Takes clients, from the beginning and after a rest.</summary>
    public void Open(Instant now)
    {
        if (now < Due)
            return;
        watch.Add(socket.Descriptor, Source.LaunchSocket, TakeOne);
        Due = Instant.Never;
    }

    private bool TakeOne()
    {
        // Everything that is needed for the connection is there before the connection.
        _next ??= new LaunchConnection(++_lastId, deadlines);
        deadlines.Reserve();
        if (disposal.Waiting >= MostToClose)
        {
            Close();
            return false;
        }
        var connection = Accept(out var error);
        if (connection < 0)
        {
            // EAGAIN: there is none. ECONNABORTED and EINTR: perhaps there is another one, which the next turn finds.
            if (error.IsShortage || error.Number == Errno.ENOBUFS)
                Close();
            return false;
        }
        StreamPeek.Prepare(connection);
        ucred peer;
        var length = (uint)sizeof(ucred);
        if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
        {
            disposal.Close(connection);
            return true;
        }
        if (WhyNot(peer) is { } reason)
        {
            TurnAway(connection, peer, RefusalCode.Shortage, reason);
            return true;
        }
        var admitted = _next;
        (admitted.Descriptor, admitted.Peer, _next) = (connection, peer, null);
        admit(admitted);
        return true;
    }

    private int Accept(out Errno error)
    {
        using var kept = DescriptorLimit.Reserve();
        var connection = accept4(socket.Descriptor, null, null, SOCK_CLOEXEC | SOCK_NONBLOCK);
        error = connection < 0 ? LastError : Errno.None;
        return connection;
    }

    private void Close()
    {
        watch.Remove(socket.Descriptor);
        Due = MonotonicClock.Now + Rest;
    }

    private string? WhyNot(in ucred peer)
    {
        var (withoutPlace, ofUser, silentOfProcess) = (0, 0, 0);
        LaunchConnection? silent = null;
        foreach (var one in all)
        {
            if (one is { Step: LaunchStep.Placed } or { Descriptor: < 0 })
                continue;
            withoutPlace++;
            ofUser += one.Peer.uid == peer.uid ? 1 : 0;
            if (one.Step != LaunchStep.Silent)
                continue;
            silentOfProcess += one.Peer.pid == peer.pid ? 1 : 0;
            // One that PID 1 has not read yet is not silent.
            if (one.Peer.uid != peer.uid && (silent is null || one.Due < silent.Due) && !StreamPeek.HasInput(one.Descriptor))
                silent = one;
        }
        if (ofUser >= MostOfUser && peer.uid != 0)
            return $"{MostOfUser} launches of this user are under way already";
        if (silentOfProcess >= MostSilentOfProcess)
            return $"{MostSilentOfProcess} connections of this process have said nothing";
        if (withoutPlace < MostWithoutPlace)
            return null;
        if (silent is null)
            return $"{MostWithoutPlace} launches are under way already";
        // A shim speaks as soon as it is connected: the oldest one that has not is no shim.
        turnOut(silent);
        return null;
    }

    private void TurnAway(int connection, in ucred peer, RefusalCode code, string reason)
    {
        complaints.Add(peer.pid, peer.uid, reason, MonotonicClock.Now);
        var line = LaunchFrames.Encode(new InitFrame.Refused(code, $"mcp-init refuses the launch: {reason}.", []));
        fixed (byte* start = line)
            _ = send(connection, start, (nuint)line.Length, MSG_DONTWAIT | MSG_NOSIGNAL);
        disposal.Close(connection);
    }
}
