using System.Buffers;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Alerting;

/// <summary>An alert as the <c>command</c> of [alerts] gets it.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Name">Its subject; null for the container.</param>
/// <param name="IsRaised">Whether it is raised; else it is resolved.</param>
/// <param name="IsCritical">Whether it is critical; else it is a warning.</param>
/// <param name="Reason">Why it was raised.</param>
/// <param name="Since">When it was raised.</param>
/// <param name="Withheld">The number of raises before this one that were not told.</param>
/// <param name="At">When this is told.</param>
internal sealed record AlertMessage(
    AlertType Type, string? Name, bool IsRaised, bool IsCritical, string Reason, Instant Since, int Withheld, Instant At)
{
    /// <summary>
    /// The longest document, in bytes with its newline. The shortest pipe holds one page (<c>man 7 pipe</c>), so that a document can be
    /// written before there is a reader.
    /// </summary>
    public const int MostBytes = 4096;

    private const int MostOfName = 200;

    public static AlertMessage Of(Alert alert, bool isRaised, Instant now) => new(
        alert.Type, alert.Name is { } name ? Alert.Cut(name, MostOfName) : null, isRaised, alert.IsCritical, alert.Reason, alert.Since,
        alert.Withheld, now);

    /// <summary>One line of JSON.</summary>
    /// <param name="uptime">The time since the start of mcp-init.</param>
    /// <param name="missed">The number of messages before this one that the command did not get.</param>
    public byte[] Encode(TimeSpan uptime, long missed)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        var json = new JsonWriter(buffer, isOneLine: true);
        json.WriteStartObject();
        json.WriteNumber("schema", 1);
        json.WriteString("alert", AlertTypes.Word(Type));
        if (Name is not null)
            json.WriteString("name", Name);
        json.WriteString("state", IsRaised ? "raised" : "resolved");
        json.WriteString("severity", IsCritical ? "critical" : "warning");
        json.WriteString("reason", Reason);
        json.WriteNumber("since_ms", (long)(At - Since).TotalMilliseconds);
        json.WriteNumber("withheld", Withheld);
        json.WriteNumber("missed", missed);
        json.WriteNumber("uptime_ms", (long)uptime.TotalMilliseconds);
        json.WriteEndObject();
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
