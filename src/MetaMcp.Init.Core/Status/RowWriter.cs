using System.Buffers;
using System.Collections.Immutable;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Status;

/// <summary>The members of a row; one without a value is left out.</summary>
/// <param name="to">Gets the bytes.</param>
internal readonly struct RowWriter(ArrayBufferWriter<byte> to)
{
    private readonly JsonWriter _json = new(to, isOneLine: true);

    public void Begin(string kind)
    {
        _json.WriteStartObject();
        _json.WriteString("row", kind);
    }

    /// <summary>Ends the row with a newline.</summary>
    public void End()
    {
        _json.WriteEndObject();
        to.Write("\n"u8);
    }

    public void Text(string name, string? value)
    {
        if (value is not null)
            _json.WriteString(name, value);
    }

    public void Number(string name, long? value)
    {
        if (value is { } number)
            _json.WriteNumber(name, number);
    }

    public void Cores(string name, double? value)
    {
        if (value is { } cores)
            _json.WriteNumber(name, cores);
    }

    public void Flag(string name, bool value)
    {
        if (value)
            _json.WriteBoolean(name, value);
    }

    public void Time(string name, TimeSpan? value) => Number(name, (long?)value?.TotalMilliseconds);

    public void Names(string name, ImmutableArray<string> values)
    {
        if (values.IsEmpty)
            return;
        _json.WriteStartArray(name);
        foreach (var value in values)
            _json.WriteStringValue(value);
        _json.WriteEndArray();
    }
}
