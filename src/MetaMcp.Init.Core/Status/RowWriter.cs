using System.Collections.Immutable;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Status;

/// <summary>The members of a row; one without a value is left out.</summary>
/// <param name="json">Gets the members.</param>
internal readonly struct RowWriter(JsonWriter json)
{
    public void Begin(string kind)
    {
        json.WriteStartObject();
        json.WriteString("row", kind);
    }

    public void Text(string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    public void Number(string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
    }

    public void Cores(string name, double? value)
    {
        if (value is { } cores)
            json.WriteNumber(name, cores);
    }

    public void Flag(string name, bool value)
    {
        if (value)
            json.WriteBoolean(name, value);
    }

    public void Time(string name, TimeSpan? value) => Number(name, (long?)value?.TotalMilliseconds);

    public void Disks(string name, ImmutableArray<DiskRow> disks)
    {
        if (disks.IsEmpty)
            return;
        json.WriteStartArray(name);
        foreach (var disk in disks)
            disk.Write(json);
        json.WriteEndArray();
    }

    public void Names(string name, ImmutableArray<string> values)
    {
        if (values.IsEmpty)
            return;
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
