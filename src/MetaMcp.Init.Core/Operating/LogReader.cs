using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Operating;

/// <summary>One reader of <see cref="LogRings"/>: its position in each ring. It takes the line with the smallest number.</summary>
public sealed class LogReader
{
    private readonly LogRings _rings;
    private readonly Dictionary<string, LogPosition> _positions = new(StringComparer.Ordinal);
    private readonly LogFilter _filter;
    private readonly bool _isOfAll;

    internal LogReader(LogRings rings, ImmutableArray<string> names, long? since, int? lines)
    {
        (_rings, _filter, _isOfAll) = (rings, new LogFilter(names), names.IsEmpty);
        // A number that has not been given yet is from an earlier life of the container: everything is new.
        var last = since is { } number && number <= rings.Last ? number : 0;
        foreach (var key in _isOfAll ? rings.Names : _filter.Keys)
            _positions[key] = rings.Find(key) is { } ring ? Begin(ring, key, last, lines) : default;
    }

    /// <summary>The next line; null if there is none at present. <see cref="PauseRow"/> for one that was not asked for.</summary>
    public StatusRow? Next()
    {
        if (_isOfAll)
            foreach (var name in _rings.Names)
                _ = _positions.TryAdd(name, default);
        var (subject, sequence) = ("", long.MaxValue);
        foreach (var (name, position) in _positions)
            if (_rings.Find(name) is { } ring && ring.SequenceAt(position.Offset) < sequence)
                (subject, sequence) = (name, ring.SequenceAt(position.Offset));
        if (_rings.Find(subject) is not { } next)
            return null;
        var before = _positions[subject];
        if (!next.TryRead(before.Offset, _rings.Room, out var entry))
            return null;
        if (before.Line < next.Lost)
        {
            // The next call gives the oldest line.
            _positions[subject] = new LogPosition(next.Start, next.Lost);
            var lost = before.Line < 0 ? "lines" : string.Create(CultureInfo.InvariantCulture, $"{next.Lost - before.Line} lines");
            return new LogRow(
                sequence - 1, entry.UnixMilliseconds, LogRings.NameOf(subject), LogStream.Gap,
                $"{lost} were pushed out before they were read");
        }
        _positions[subject] = new LogPosition(entry.Next, before.Line + 1);
        if (!_filter.IsAsked(subject, entry.Text))
            return PauseRow.Instance;
        return new LogRow(
            entry.Sequence, entry.UnixMilliseconds, LogRings.NameOf(subject), entry.Stream, Encoding.UTF8.GetString(entry.Text));
    }

    /// <summary>
    /// Behind the line that the asker had last, and no more than so many lines from the end. Lines that were pushed out since that line are
    /// a gap; an asker who has had none misses nothing.
    /// </summary>
    private LogPosition Begin(LogRing ring, string key, long last, int? lines)
    {
        var first = new LogPosition(ring.Start, ring.Lost);
        if (lines is null && last > 0 && ring.LastLost > last)
            return LogPosition.Behind;
        var wanted = 0;
        for (var at = first; at.Offset < ring.End; at = ring.After(at))
            wanted += IsWanted(at) ? 1 : 0;
        var skipped = lines is { } most ? wanted - most : 0;
        var begin = first;
        while (begin.Offset < ring.End && (!IsWanted(begin) || skipped-- > 0))
            begin = ring.After(begin);
        return begin;

        // Without a limit, lines that were not asked for are passed over one by one later.
        bool IsWanted(LogPosition at) => ring.SequenceAt(at.Offset) > last && (lines is null || _filter.TakesAll(key) ||
            (ring.TryRead(at.Offset, _rings.Room, out var entry) && _filter.IsAsked(key, entry.Text)));
    }
}
