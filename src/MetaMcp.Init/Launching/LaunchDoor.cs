using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Sockets;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launching;

/// <summary>
/// Lets clients in, and turns away those that are too many. Only launches without a place count: the number of the others is limited by
/// the pool.
/// </summary>
internal sealed unsafe class LaunchDoor
{
    private const int MostWithoutPlace = 256;

    /// <summary>So that two users at least can launch, and a client can start a hundred servers at once.</summary>
    private const int MostOfUser = 128;

    /// <summary>A client that has said nothing yet.</summary>
    private const int MostSilentOfProcess = 32;

    private readonly IReadOnlyCollection<LaunchConnection> _all;
    private readonly ClientDeadlines _deadlines;
    private readonly ConnectionDisposal _disposal;
    private readonly LaunchComplaints _complaints;
    private readonly Action<LaunchConnection> _admit;
    private readonly Action<LaunchConnection> _turnOut;
    private readonly Doorway _doorway;
    private long _lastId;
    private LaunchConnection? _next;

    /// <param name="socket">The socket of launches.</param>
    /// <param name="watch">Calls when there is a client.</param>
    /// <param name="all">Every launch.</param>
    /// <param name="deadlines">Knows the launches that are due at some time.</param>
    /// <param name="disposal">Closes those that are turned away.</param>
    /// <param name="complaints">Tells of them.</param>
    /// <param name="admit">Takes a connection whose client may speak.</param>
    /// <param name="turnOut">Lets go of a client that has said nothing.</param>
    public LaunchDoor(
        ListeningSocket socket, DescriptorWatch watch, IReadOnlyCollection<LaunchConnection> all, ClientDeadlines deadlines,
        ConnectionDisposal disposal, LaunchComplaints complaints, Action<LaunchConnection> admit, Action<LaunchConnection> turnOut)
    {
        (_all, _deadlines, _disposal, _complaints) = (all, deadlines, disposal, complaints);
        (_admit, _turnOut) = (admit, turnOut);
        _doorway = new Doorway(socket, Source.LaunchSocket, watch, disposal, Prepare, Take);
    }

    /// <summary>When <see cref="Open"/> has something to do.</summary>
    public Instant Due => _doorway.Due;

    public void Open(Instant now) => _doorway.Open(now);

    private void Prepare()
    {
        _next ??= new LaunchConnection(++_lastId, _deadlines);
        _deadlines.Reserve();
    }

    private void Take(int connection, ucred peer)
    {
        try
        {
            if (WhyNot(peer) is { } reason)
            {
                TurnAway(connection, peer, RefusalCode.Shortage, reason);
                return;
            }
        }
        catch (OutOfMemoryException)
        {
            _disposal.Close(connection);
            throw;
        }
        var admitted = _next!;
        (admitted.Descriptor, admitted.Peer, _next) = (connection, peer, null);
        _admit(admitted);
    }

    private string? WhyNot(in ucred peer)
    {
        var (withoutPlace, ofUser, silentOfProcess) = (0, 0, 0);
        LaunchConnection? silent = null;
        foreach (var one in _all)
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
        _turnOut(silent);
        return null;
    }

    private void TurnAway(int connection, in ucred peer, RefusalCode code, string reason)
    {
        _complaints.Add(peer.pid, peer.uid, reason, MonotonicClock.Now);
        var line = LaunchFrames.Encode(new InitFrame.Refused(code, $"mcp-init refuses the launch: {reason}.", []));
        fixed (byte* start = line)
            _ = send(connection, start, (nuint)line.Length, MSG_DONTWAIT | MSG_NOSIGNAL);
        _disposal.Close(connection);
    }
}
