using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Control;

/// <summary>
/// The part of PID 1's time that answers for one user may take: a twentieth. Any user may look, and could otherwise keep PID 1 busy with
/// questions, outside of the limits of its own cgroup. Clients with full rights have no budget.
/// </summary>
internal sealed class ReadingBudget
{
    private const int Share = 20;
    private const int MostUsers = 64;

    /// <summary>A client waits no longer than this for its turn, whatever others of its user have asked.</summary>
    private static readonly TimeSpan MostDebt = TimeSpan.FromSeconds(1);

    private readonly Dictionary<uint, Instant> _free = [];

    public bool IsOver(ControlConnection client, Instant now) => client.HasBudget && FreeAt(client.Peer.uid) > now;

    /// <summary>The client has cost PID 1 the time since then.</summary>
    public void Spend(ControlConnection client, Instant began)
    {
        var now = MonotonicClock.Now;
        if (client.HasBudget)
            Spend(client.Peer.uid, now - began, now);
    }

    /// <summary>The time from which the user may have another answer.</summary>
    public Instant FreeAt(uint user) => _free.GetValueOrDefault(user);

    public void Spend(uint user, TimeSpan took, Instant now)
    {
        if (_free.Count >= MostUsers && !_free.ContainsKey(user))
            Forget(now);
        var free = Instant.Later(_free.GetValueOrDefault(user), now) + (took * Share);
        _free[user] = Instant.Earlier(free, now + MostDebt);
    }

    /// <summary>Users whose time has passed need no entry.</summary>
    private void Forget(Instant now)
    {
        foreach (var (user, free) in _free)
            if (free <= now)
                _ = _free.Remove(user);
        // So many users at once: the budget begins anew for all.
        if (_free.Count >= MostUsers)
            _free.Clear();
    }
}
