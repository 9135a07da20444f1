using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Operating;

/// <summary>One reader of <see cref="LogRings"/>: its position in each ring. It takes the line with the smallest number.</summary>
public sealed class LogReader
{
    private readonly LogRings _rings;
    private readonly Dictionary<string, long> _positions = new(StringComparer.Ordinal);
    private readonly bool _isOfAll;
    private readonly long _since;

    internal LogReader(LogRings rings, IReadOnlyCollection<string> names, long? since, int? lines)
    {
        (_rings, _isOfAll, _since) = (
            // A number that has not been given yet is from an earlier life of the container: everything is new.
            rings, names.Count == 0, since is { } number && number <= rings.Last ? number : 0);
        foreach (var key in _isOfAll ? rings.Names : names.Concat(names.Select(LogRings.KeyOfServer)))
            _positions[key] = rings.Find(key) is not { } ring ? 0
                : Math.Max(ring.After(_since), lines is { } most ? ring.FromEnd(most) : 0);
    }

    /// <summary>The next line; null if there is none at present.</summary>
    public LogRow? Next()
    {
        if (_isOfAll)
            foreach (var name in _rings.Names)
                _ = _positions.TryAdd(name, 0);
        var (subject, sequence) = ("", long.MaxValue);
        foreach (var (name, position) in _positions)
            if (_rings.Find(name) is { } ring && ring.SequenceAt(position) < sequence)
                (subject, sequence) = (name, ring.SequenceAt(position));
        if (_rings.Find(subject) is not { } next)
            return null;
        var before = _positions[subject];
        if (before < next.Start)
        {
            // The next call gives the oldest line.
            _positions[subject] = next.Start;
            return new LogRow(
                sequence - 1, 0, LogRings.NameOf(subject), LogStream.Gap,
                string.Create(CultureInfo.InvariantCulture, $"{next.Start - before} bytes of lines were pushed out before they were read"));
        }
        if (!next.TryRead(before, _rings.Room, out var entry))
            return null;
        _positions[subject] = entry.Next;
        return new LogRow(entry.Sequence, entry.UnixMilliseconds, LogRings.NameOf(subject), entry.Stream,
            Encoding.UTF8.GetString(entry.Text));
    }
}
