using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Serving;

/// <summary>The clients of the server, and which of them has to go where there is no room for all.</summary>
internal sealed class HttpConnections
{
    public const int Most = 64;

    /// <summary>
    /// The bytes of bodies that slow readers keep alive. A body is shared by all that asked in one second, but each second has another.
    /// </summary>
    public const int MostKept = 4 << 20;

    private readonly Dictionary<int, HttpConnection> _all = [];

    public bool IsFull => _all.Count >= Most;

    public void Add(HttpConnection connection) => _all[connection.Descriptor] = connection;

    public void Remove(HttpConnection connection) => _ = _all.Remove(connection.Descriptor);

    public HttpConnection? Find(int descriptor) => _all.GetValueOrDefault(descriptor);

    /// <summary>The time of the first client that is to be given up.</summary>
    public Instant Due
    {
        get
        {
            var due = Instant.Never;
            foreach (var connection in _all.Values)
                due = Instant.Earlier(due, connection.Due);
            return due;
        }
    }

    public List<HttpConnection> Late(Instant now)
    {
        List<HttpConnection>? late = null;
        foreach (var connection in _all.Values)
            if (connection.Due <= now)
                (late ??= []).Add(connection);
        return late ?? [];
    }

    /// <summary>
    /// The client that makes room for another: the one that has been quiet between two requests for the longest time, else the one whose
    /// request has been under way for the longest time. Without the second, 64 clients with half a request each would keep all others
    /// out.
    /// </summary>
    /// <param name="since">Clients that came since then stay: their request may be there, and has not been looked for.</param>
    /// <returns>Null if there is none: all are being answered.</returns>
    public HttpConnection? Dispensable(Instant since)
    {
        HttpConnection? quiet = null, incomplete = null;
        foreach (var connection in _all.Values)
        {
            if (connection.IsBetweenRequests)
                quiet = Earlier(quiet, connection);
            else if (connection.IsIncomplete && connection.Began < since)
                incomplete = Earlier(incomplete, connection);
        }
        return quiet ?? incomplete;
    }

    /// <summary>
    /// The slowest reader of another body than the newest one; null while all bodies together are within <see cref="MostKept"/>.
    /// </summary>
    /// <param name="newest">Its body is that of this second, and is kept.</param>
    public HttpConnection? TooMuch(HttpConnection newest)
    {
        List<byte[]> bodies = [];
        var kept = 0L;
        HttpConnection? slowest = null;
        foreach (var connection in _all.Values)
        {
            if (connection.Kept is not { } body)
                continue;
            if (body != newest.Kept)
                slowest = Earlier(slowest, connection);
            if (bodies.Contains(body))
                continue;
            bodies.Add(body);
            kept += body.Length;
        }
        return kept > MostKept ? slowest : null;
    }

    private static HttpConnection Earlier(HttpConnection? one, HttpConnection other) => one is null || other.Due < one.Due ? other : one;
}
