using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Operating;

/// <summary>
/// The last lines of each service and type of server: its output, as far as mcp-init reads it, and what mcp-init did to it. All lines
/// have numbers in the order of their arrival. Together they have a mebibyte, and 4 KiB for each name that comes when that is given away.
/// </summary>
public sealed class LogRings
{
    private const int All = 1 << 20;
    private const int Least = 4096;
    private const int Most = 1 << 16;

    /// <summary>Types of servers come from clients: so many have a ring of their own, and the others share one.</summary>
    private const int MostServers = 64;

    /// <summary>Services of files that were in force one after the other.</summary>
    private const int MostNames = 1024;

    private const string Others = "@other";

    private readonly Dictionary<string, LogRing> _rings = new(StringComparer.Ordinal);
    private readonly byte[] _room = new byte[LogRing.MostText];
    private int _capacity = Most;
    private HashSet<string> _known = [];
    private int _servers;

    /// <summary>The bytes that the rings may take, together.</summary>
    private int _promised;

    /// <summary>The number of the last line.</summary>
    public long Last { get; private set; }

    /// <summary>The time of the clock on the wall, for people.</summary>
    public Func<long> UnixMilliseconds { get; set; } = static () => 0;

    /// <summary>The rings that are made from now on share the memory with this number of services.</summary>
    public void Expect(int services) => _capacity = Math.Clamp(All / Math.Max(1, services), Least, Most);

    /// <summary>The servers of the file in force: names that clients have made up must not take their rings.</summary>
    public void Know(ImmutableArray<ServerSettings> servers) => _known = [.. servers.Select(server => KeyOfServer(server.Name))];

    /// <summary>The key of a server's ring: a server may have the name of a service, and no service's name begins like this.</summary>
    internal static string KeyOfServer(string type) => "@" + type;

    /// <summary>The name of the service or server that has a ring.</summary>
    internal static string NameOf(string key) => key.StartsWith('@') ? key[1..] : key;

    /// <summary>A line of a service.</summary>
    /// <param name="name">The service; of a server <see cref="KeyOfServer"/>.</param>
    /// <param name="stream">The origin.</param>
    /// <param name="text">Its bytes.</param>
    public void Add(string name, LogStream stream, ReadOnlySpan<byte> text)
    {
        if (!_rings.ContainsKey(name) && name.StartsWith('@') && !_known.Contains(name) && _servers++ >= MostServers)
            name = Others;
        if (!_rings.TryGetValue(name, out var ring))
        {
            if (_rings.Count >= MostNames)
                return;
            // Names of servers come from clients: each further one has less, down to the least.
            var capacity = Math.Clamp((All - _promised) / 2, Least, _capacity);
            _rings[name] = ring = new LogRing(capacity);
            _promised += capacity;
        }
        ring.Append(Last + 1, UnixMilliseconds(), stream, text);
        Last++;
    }

    /// <summary>What mcp-init did to a service or server.</summary>
    public void Hear(ToldNotice told)
    {
        ArgumentNullException.ThrowIfNull(told);
        var notice = told.Notice;
        if (notice.Kind.Level == LogLevelSetting.Debug || Subjects.Of(notice) is not { } subject)
            return;
        var text = Subjects.Without(notice.ToString(), subject);
        var type = Subjects.TypeOf(subject);
        var isServer = type != subject || notice["Server"] is not null;
        Add(
            isServer ? KeyOfServer(type) : subject, LogStream.Init,
            Encoding.UTF8.GetBytes(type == subject ? text : $"{subject}: {text}"));
    }

    /// <summary>Reads the lines of some names, or of all, in the order of their arrival.</summary>
    /// <param name="names">Services, types of servers, instances; empty for all.</param>
    /// <param name="since">After the line of this number; null from the oldest one.</param>
    /// <param name="lines">The last ones of each name alone; null for all.</param>
    public LogReader Read(ImmutableArray<string> names, long? since, int? lines) => new(this, names, since, lines);

    /// <summary>The ring of a name; null if it has said nothing.</summary>
    internal LogRing? Find(string name) => _rings.GetValueOrDefault(name);

    internal IEnumerable<string> Names => _rings.Keys;

    internal byte[] Room => _room;
}
