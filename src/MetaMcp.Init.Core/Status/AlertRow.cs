namespace MetaMcp.Init.Core.Status;

/// <summary>An alert that is raised, told or not.</summary>
/// <param name="Alert">Its type, as a word.</param>
/// <param name="Age">The time since it was raised.</param>
public sealed record AlertRow(string Alert, TimeSpan Age) : StatusRow
{
    private static readonly string[] Severities = ["warning", "critical"];

    /// <summary>The service, the type of server, the command or the path that it is about; null for the container.</summary>
    public string? Name { get; init; }

    public bool IsCritical { get; init; }

    /// <summary>Why it was raised.</summary>
    public required string Reason { get; init; }

    /// <summary>The number of raises since it was last told.</summary>
    public int Withheld { get; init; }

    internal void Write(in RowWriter line)
    {
        line.Begin("alert");
        line.Text("alert", Alert);
        line.Text("name", Name);
        line.Text("severity", Severities[IsCritical ? 1 : 0]);
        line.Time("since_ms", Age);
        line.Text("reason", Reason);
        line.Number("withheld", Withheld);
    }

    internal static AlertRow Read(RowReader row) => new(row.Text("alert"), row.Time("since_ms"))
    {
        Name = row.OptionalText("name"),
        IsCritical = row.Word("severity", Severities) == 1,
        Reason = row.Text("reason"),
        Withheld = (int)row.Number("withheld"),
    };
}
