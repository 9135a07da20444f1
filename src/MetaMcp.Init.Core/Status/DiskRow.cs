using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Status;

/// <summary>A disk that is watched; a part of the row of the whole container. What is not known is null, and not 0.</summary>
/// <param name="Path">As the file has it.</param>
public sealed record DiskRow(string Path)
{
    /// <summary>In bytes.</summary>
    public long? Size { get; init; }

    /// <summary>To users other than root, in bytes.</summary>
    public long? Available { get; init; }

    /// <summary>As <c>df</c> shows it.</summary>
    public int? UsedPercent { get; init; }

    internal void Write(JsonWriter json)
    {
        var disk = new RowWriter(json);
        json.WriteStartObject();
        disk.Text("path", Path);
        disk.Number("size", Size);
        disk.Number("available", Available);
        disk.Number("used_percent", UsedPercent);
        json.WriteEndObject();
    }

    internal static DiskRow Read(RowReader row) => new(row.Text("path"))
    {
        Size = row.OptionalNumber("size"),
        Available = row.OptionalNumber("available"),
        UsedPercent = (int?)row.OptionalNumber("used_percent"),
    };
}
