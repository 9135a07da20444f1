using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Effects;

namespace MetaMcp.Init.Core.Operating;

/// <summary>
/// The lines that a reader asks for, by the names of services, of types of servers, and of instances. The lines of an instance lie among
/// those of its type, and begin with its name.
/// </summary>
internal sealed class LogFilter
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<(string Type, byte[] Begin)> _instances = [];

    /// <param name="names">Empty for all.</param>
    public LogFilter(ImmutableArray<string> names)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var type = Subjects.TypeOf(name);
            _ = _names.Add(name);
            _ = keys.Add(type);
            _ = keys.Add(LogRings.KeyOfServer(type));
            if (type != name)
                _instances.Add((type, Encoding.UTF8.GetBytes(name + ": ")));
        }
        Keys = keys;
    }

    /// <summary>The keys of the rings that have such lines.</summary>
    public IReadOnlyCollection<string> Keys { get; }

    /// <summary>Whether every line of the ring is asked for.</summary>
    public bool TakesAll(string key) => _names.Count == 0 || _names.Contains(LogRings.NameOf(key));

    public bool IsAsked(string key, ReadOnlySpan<byte> text)
    {
        if (TakesAll(key))
            return true;
        foreach (var (type, begin) in _instances)
            if (type == LogRings.NameOf(key) && text.StartsWith(begin))
                return true;
        return false;
    }
}
