using System.Text;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Notifying;

/// <summary>
/// One datagram of systemd's notification protocol (<c>man 3 sd_notify</c>): lines of <c>NAME=VALUE</c>. An unknown name, and a value
/// that cannot be read, are ignored, as in systemd; if a name comes twice the last one counts.
/// </summary>
public readonly record struct NotifyMessage
{
    /// <summary>systemd reads no longer message either (PIPE_BUF).</summary>
    public const int MaxLength = 4096;

    /// <summary>A status is one line for people.</summary>
    public const int MaxStatus = 160;

    /// <summary>Longer than any useful time; more microseconds would not fit into a deadline.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>READY=1: started, or reloaded.</summary>
    public bool IsReady { get; private init; }

    /// <summary>RELOADING=1: the service reads its configuration again, until it sends READY=1.</summary>
    public bool IsReloading { get; private init; }

    /// <summary>STOPPING=1: the service has begun to end by itself.</summary>
    public bool IsStopping { get; private init; }

    /// <summary>WATCHDOG=1: the keep-alive that the file's <c>watchdog</c> asks for.</summary>
    public bool IsAlive { get; private init; }

    /// <summary>WATCHDOG=trigger: as if the keep-alive had not come in time.</summary>
    public bool IsWatchdogTriggered { get; private init; }

    /// <summary>WATCHDOG_USEC: another time for the keep-alive; zero for none.</summary>
    public TimeSpan? Watchdog { get; private init; }

    /// <summary>EXTEND_TIMEOUT_USEC: the time in which another such message, or the end of the start or the stop, follows.</summary>
    public TimeSpan? Extension { get; private init; }

    /// <summary>STATUS: one line for people, made safe; null if there is none.</summary>
    public string? Status { get; private init; }

    /// <summary>MAINPID; 0 if there is none.</summary>
    public int MainPid { get; private init; }

    /// <summary>Reads one message; never fails.</summary>
    public static NotifyMessage Read(ReadOnlySpan<byte> datagram)
    {
        var message = default(NotifyMessage);
        foreach (var range in datagram.Split((byte)'\n'))
        {
            var line = datagram[range];
            if (line.IndexOf((byte)'=') is > 0 and var end)
                message = message.With(line[..end], line[(end + 1)..]);
        }
        return message;
    }

    private NotifyMessage With(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var isOn = value.SequenceEqual("1"u8);
        if (name.SequenceEqual("READY"u8))
            return this with { IsReady = isOn };
        if (name.SequenceEqual("RELOADING"u8))
            return this with { IsReloading = isOn };
        if (name.SequenceEqual("STOPPING"u8))
            return this with { IsStopping = isOn };
        if (name.SequenceEqual("WATCHDOG"u8))
            return this with { IsAlive = isOn, IsWatchdogTriggered = value.SequenceEqual("trigger"u8) };
        if (name.SequenceEqual("WATCHDOG_USEC"u8))
            return this with { Watchdog = Time(value) ?? Watchdog };
        if (name.SequenceEqual("EXTEND_TIMEOUT_USEC"u8))
            return this with { Extension = Time(value) ?? Extension };
        if (name.SequenceEqual("STATUS"u8))
            return this with { Status = Line(value) };
        if (name.SequenceEqual("MAINPID"u8) && DecimalText.TryRead(value, int.MaxValue, out var pid))
            return this with { MainPid = (int)pid };
        return this;
    }

    private static TimeSpan? Time(ReadOnlySpan<byte> microseconds)
    {
        if (!DecimalText.TryRead(microseconds, ulong.MaxValue, out var number))
            return null;
        return number > Longest.TotalMicroseconds ? Longest : TimeSpan.FromMicroseconds(number);
    }

    /// <summary>
    /// Characters that could end a line, move a cursor or reverse text become question marks, since the log shows the status among
    /// its own words.
    /// </summary>
    private static string Line(ReadOnlySpan<byte> value)
    {
        var text = new StringBuilder(Math.Min(value.Length, MaxStatus));
        while (!value.IsEmpty && text.Length < MaxStatus)
        {
            _ = Rune.DecodeFromUtf8(value, out var rune, out var length);
            value = value[length..];
            var isPlain = (rune.Value is (>= 0x20 and < 0x7f) or (> 0xa0 and < 0x2028) or > 0x206f) &&
                rune.Value is not (0x61c or 0x200e or 0x200f);
            _ = text.Append(isPlain ? rune.ToString() : "?");
        }
        return text.ToString();
    }
}
