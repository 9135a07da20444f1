using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Status;

/// <summary>How full a disk is.</summary>
public enum DiskState
{
    /// <summary>Of the last look nothing is known, or there was none.</summary>
    Unknown,
    Normal,
    High,
}

/// <summary>A disk that is watched; a part of the row of the whole container. What is not known is null, and not 0.</summary>
/// <param name="Path">As the file has it.</param>
public sealed record DiskRow(string Path)
{
    private static readonly string[] s_states = ["unknown", "normal", "high"];

    public DiskState State { get; init; }

    /// <summary>In bytes.</summary>
    public long? Size { get; init; }

    /// <summary>To users other than root, in bytes.</summary>
    public long? Available { get; init; }

    /// <summary>As <c>df</c> shows it.</summary>
    public int? UsedPercent { get; init; }

    /// <summary>Why nothing is known.</summary>
    public string? Problem { get; init; }

    internal void Write(JsonWriter json)
    {
        var disk = new RowWriter(json);
        json.WriteStartObject();
        disk.Text("path", Path);
        disk.Text("state", s_states[(int)State]);
        disk.Number("size", Size);
        disk.Number("available", Available);
        disk.Number("used_percent", UsedPercent);
        disk.Text("problem", Problem);
        json.WriteEndObject();
    }

    internal static DiskRow Read(RowReader row) => new(row.Text("path"))
    {
        State = (DiskState)row.Word("state", s_states),
        Size = row.OptionalNumber("size"),
        Available = row.OptionalNumber("available"),
        UsedPercent = (int?)row.OptionalNumber("used_percent"),
        Problem = row.OptionalText("problem"),
    };
}
