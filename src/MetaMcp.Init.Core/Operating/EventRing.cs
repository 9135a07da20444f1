using System.Text;
using System.Text.Unicode;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Operating;

/// <summary>
/// The last events, numbered from 1 without a gap. Notices for debugging are no events: some of them come by the thousand, and would push
/// the others out. An event is kept as bytes in one ring: a thousand notices with their values, each of another age, would keep the
/// garbage collector from giving memory back.
/// </summary>
/// <param name="capacity">The number of events that are kept, as far as their texts have room.</param>
public sealed class EventRing(int capacity = EventRing.Capacity)
{
    public const int Capacity = 1024;

    /// <summary>An event takes some 150 bytes.</summary>
    private const int Room = 1 << 18;

    private const byte Separator = (byte)'\n';

    private readonly LogRing _ring = new(Room);
    private readonly long[] _positions = new long[capacity];
    private readonly byte[] _bytes = new byte[LogRing.MostText];

    /// <summary>The number of the last event; 0 before the first.</summary>
    public long Last { get; private set; }

    /// <summary>The number of the oldest event that is kept.</summary>
    public long First => Last == 0 ? 1 : Math.Max(Last - capacity + 1, _ring.SequenceAt(_ring.Start));

    public void Add(ToldNotice told)
    {
        ArgumentNullException.ThrowIfNull(told);
        var notice = told.Notice;
        if (notice.Kind.Level == LogLevelSetting.Debug)
            return;
        var subject = Subjects.Of(notice);
        var length = 0;
        Put(notice.Kind.Name, ref length, isLast: false);
        Put(subject ?? "", ref length, isLast: false);
        Put(told.Instance ?? "", ref length, isLast: false);
        Put(Subjects.Without(notice.ToString(), subject), ref length, isLast: true);
        var position = _ring.End;
        _ring.Append(Last + 1, told.At.Nanoseconds, (LogStream)(int)LevelOf(notice.Kind.Level), _bytes.AsSpan(0, length));
        _positions[Last % capacity] = position;
        Last++;
    }

    /// <summary>The event of this number; null if it is not kept any more, or not there yet.</summary>
    public EventRow? Read(long sequence, Instant now)
    {
        if (!TryFind(sequence, out var entry))
            return null;
        var rest = entry.Text;
        var (name, subject, instance) = (Take(ref rest), Take(ref rest), Take(ref rest));
        return new EventRow(
            sequence, now - new Instant(entry.UnixMilliseconds), name!, (EventLevel)(int)entry.Stream, subject,
            Encoding.UTF8.GetString(rest))
        {
            Instance = instance,
        };
    }

    /// <summary>The service or server that an event is about; null for mcp-init, and if it is not kept.</summary>
    internal string? SubjectOf(long sequence)
    {
        if (!TryFind(sequence, out var entry))
            return null;
        var rest = entry.Text;
        _ = Take(ref rest);
        return Take(ref rest);
    }

    private bool TryFind(long sequence, out LogEntry entry)
    {
        entry = default;
        return sequence >= First && sequence <= Last && _ring.TryRead(_positions[(sequence - 1) % capacity], _bytes, out entry);
    }

    /// <summary>A text that has no room is cut.</summary>
    private void Put(string text, ref int length, bool isLast)
    {
        var room = _bytes.AsSpan(length, _bytes.Length - length - 1);
        // Half a character at the end is left out.
        _ = Utf8.FromUtf16(text, room, out _, out var written);
        length += written;
        if (!isLast)
            _bytes[length++] = Separator;
    }

    /// <summary>The text before the next separator; null for an empty one.</summary>
    private static string? Take(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf(Separator);
        var text = end <= 0 ? null : Encoding.UTF8.GetString(rest[..end]);
        rest = rest[(end + 1)..];
        return text;
    }

    private static EventLevel LevelOf(LogLevelSetting level) => level switch
    {
        LogLevelSetting.Debug => EventLevel.Debug,
        LogLevelSetting.Info => EventLevel.Info,
        LogLevelSetting.Warning => EventLevel.Warning,
        _ => EventLevel.Error,
    };
}
