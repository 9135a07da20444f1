using System.Diagnostics.CodeAnalysis;
using MetaMcp.Init.Sockets;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Control;

/// <summary>The operators' clients that are connected, and the one that leaves where there is no place for another.</summary>
/// <param name="isOwn">Whether a pid is that of our own <c>serve</c>, which no flood of others may keep from its answers.</param>
internal sealed class ControlClients(Func<int, bool> isOwn)
{
    /// <summary>Clients of both sockets together, without our own; some places are for those with full rights alone.</summary>
    private const int Most = 64;

    /// <summary>Our own <c>serve</c> keeps one connection, and may have to begin a second one.</summary>
    private const int MostOwn = 4;

    private const int MostReading = 48;
    private const int MostReadingOfUser = 24;

    private readonly Dictionary<long, ControlConnection> _all = [];

    public Dictionary<long, ControlConnection>.ValueCollection All => _all.Values;

    public bool TryGet(long id, [NotNullWhen(true)] out ControlConnection? client) => _all.TryGetValue(id, out client);

    /// <summary>Reserves memory for one more, so that it can always be added.</summary>
    public void Reserve() => _ = _all.EnsureCapacity(_all.Count + 1);

    public void Add(ControlConnection client) => _all.Add(client.Id, client);

    public void Remove(ControlConnection client) => _ = _all.Remove(client.Id);

    public bool IsOwn(int pid) => isOwn(pid);

    /// <summary>Whether another client has a place.</summary>
    /// <param name="user">Its user.</param>
    /// <param name="pid">Its process.</param>
    /// <param name="isFull">Whether it came through the socket for full rights.</param>
    /// <param name="leaving">The client that has to leave for it; null if none has to.</param>
    public bool HasRoom(uint user, int pid, bool isFull, out ControlConnection? leaving)
    {
        leaving = null;
        var (own, reading, ofUser) = (0, 0, 0);
        foreach (var client in _all.Values)
        {
            own += client.IsOwn ? 1 : 0;
            reading += client.HasBudget ? 1 : 0;
            ofUser += client.HasBudget && client.Peer.uid == user ? 1 : 0;
        }
        var isOfServe = !isFull && isOwn(pid);
        if (isOfServe ? own < MostOwn : isFull ? _all.Count - own < Most : reading < MostReading && ofUser < MostReadingOfUser)
            return true;
        // A user over its own share makes room among its own; where all places are taken, the user with the most gives one to any other,
        // and the members of a group to root.
        leaving = isOfServe ? Longest(c => c.IsOwn)
            : isFull ? Longest(c => IsIdle(c) && c.MayAct) ?? (IsOurs(user) ? Longest(c => c.MayAct && !IsOurs(c.Peer.uid)) : null)
            : ofUser >= MostReadingOfUser ? Longest(c => IsIdle(c) && c.HasBudget && c.Peer.uid == user)
            : Longest(c => IsIdle(c) && c.HasBudget) ?? OfGreediest(ofUser);
        return leaving is not null;
    }

    /// <summary>Whether it is root, or the user of mcp-init: not one that the group has let in.</summary>
    public static bool IsOurs(uint user) => user == 0 || user == geteuid();

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
            if (!client.HasBudget)
                continue;
            var count = counts[client.Peer.uid] = counts.GetValueOrDefault(client.Peer.uid) + 1;
            if (count > most)
                (greediest, most) = (client.Peer.uid, count);
        }
        return most > ofUser + 1 ? Longest(c => c.HasBudget && c.Peer.uid == greediest) : null;
    }
}
