using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Sockets;

/// <summary>
/// The clients that are due at some time. Launches whose server runs, of which there may be many, are not among them.
/// </summary>
internal sealed class ClientDeadlines
{
    private readonly HashSet<Client> _due = [];

    /// <summary>The next of all.</summary>
    public Instant Earliest
    {
        get
        {
            var earliest = Instant.Never;
            foreach (var client in _due)
                earliest = Instant.Earlier(earliest, client.Due);
            return earliest;
        }
    }

    /// <summary>Reserves room for one more client, so that its deadline can always be set.</summary>
    public void Reserve() => _ = _due.EnsureCapacity(_due.Count + 1);

    public void Changed(Client client)
    {
        if (client.Due == Instant.Never)
            _ = _due.Remove(client);
        else
            _ = _due.Add(client);
    }

    /// <summary>Adds those whose time has come.</summary>
    public void AddPassed<T>(Instant now, List<T> passed)
        where T : Client
    {
        foreach (var client in _due)
            if (client.Due <= now)
                passed.Add((T)client);
    }
}
