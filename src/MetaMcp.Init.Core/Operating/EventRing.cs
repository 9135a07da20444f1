using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Operating;

/// <summary>
/// The last events, numbered from 1 without a gap. Notices for debugging are no events: some of them come by the thousand, and would push
/// the others out. No text is made before a client asks for it.
/// </summary>
/// <param name="capacity">The number of events that are kept.</param>
public sealed class EventRing(int capacity = EventRing.Capacity)
{
    public const int Capacity = 1024;

    /// <summary>Grows to the capacity, since most containers have few events.</summary>
    private ToldNotice?[] _kept = new ToldNotice?[Math.Min(64, capacity)];

    /// <summary>The number of the last event; 0 before the first.</summary>
    public long Last { get; private set; }

    /// <summary>The number of the oldest event that is kept.</summary>
    public long First => Math.Max(1, Last - _kept.Length + 1);

    public void Add(ToldNotice told)
    {
        ArgumentNullException.ThrowIfNull(told);
        if (told.Notice.Kind.Level == LogLevelSetting.Debug)
            return;
        if (Last == _kept.Length && _kept.Length < capacity)
            Grow();
        _kept[Last % _kept.Length] = told;
        Last++;
    }

    /// <summary>The event of this number; null if it is not kept any more, or not there yet.</summary>
    public EventRow? Read(long sequence, Instant now)
    {
        if (sequence < First || sequence > Last || _kept[(sequence - 1) % _kept.Length] is not { } told)
            return null;
        var notice = told.Notice;
        var subject = Subjects.Of(notice);
        return new EventRow(sequence, now - told.At, notice.Kind.Name, LevelOf(notice.Kind.Level), subject,
            Subjects.Without(notice.ToString(), subject))
        {
            Instance = told.Instance,
        };
    }

    /// <summary>The service or server that an event is about; null for mcp-init, and if it is not kept.</summary>
    internal string? SubjectOf(long sequence) =>
        sequence >= First && sequence <= Last && _kept[(sequence - 1) % _kept.Length] is { } told ? Subjects.Of(told.Notice) : null;

    private static EventLevel LevelOf(LogLevelSetting level) => level switch
    {
        LogLevelSetting.Debug => EventLevel.Debug,
        LogLevelSetting.Info => EventLevel.Info,
        LogLevelSetting.Warning => EventLevel.Warning,
        _ => EventLevel.Error,
    };

    /// <summary>The events stand in their order until the ring is full for the first time.</summary>
    private void Grow() => Array.Resize(ref _kept, Math.Min(capacity, 2 * _kept.Length));
}
