using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Screens.Top;

/// <summary>The order of the rows of <c>top</c>; the largest comes first.</summary>
public enum TopSort { Memory, Cpu, Tasks, Processes }

/// <summary>One run in <c>top</c>.</summary>
/// <param name="Name">The service or instance.</param>
/// <param name="Mark">How it is.</param>
/// <param name="State">The same in a word.</param>
internal sealed record TopRow(string Name, Mark Mark, string State)
{
    public Usage? Usage { get; init; }

    public long? MemoryMax { get; init; }

    public long? TasksMax { get; init; }

    public double? Cores { get; init; }

    public long? Restarts { get; init; }

    /// <summary>The rows in their order. A service that has no process and needs none is left out.</summary>
    public static List<TopRow> Of(StatusDocument status, TopHistory history, TopSort sort, string find)
    {
        var rows = new List<TopRow>();
        foreach (var row in status.Services)
        {
            var usage = status.UsageOf(row.Name);
            if (row.Pid is not null || row.IsBroken || row.IsOnItsWay || usage?.Memory is not null)
                rows.Add(new TopRow(row.Name, ServiceLines.MarkOf(row, usage), StateOf(row))
                {
                    Usage = usage, MemoryMax = row.MemoryMax, TasksMax = row.TasksMax, Cores = history.CoresOf(row.Name),
                    Restarts = row.Starts > 0 ? row.Restarts : null,
                });
        }
        foreach (var row in status.Instances)
        {
            var usage = status.UsageOf(row.Name);
            var state = StatusLines.Word(row.Condition);
            rows.Add(new TopRow(
                row.Name, ServerLines.MarkOf(row, usage), row.Idle is { } idle ? $"{state} {ShortText.Age(idle)}" : state)
            {
                Usage = usage, MemoryMax = row.MemoryMax, TasksMax = row.TasksMax, Cores = history.CoresOf(row.Name),
            });
        }
        if (find.Length > 0)
            _ = rows.RemoveAll(row => !row.Name.Contains(find, StringComparison.OrdinalIgnoreCase));
        // Keeps the order of equal rows, unlike List.Sort: they would change places at every look.
        return [.. rows.OrderByDescending(row => row.KeyOf(sort))];
    }

    /// <summary>A figure that is not known comes last.</summary>
    private double KeyOf(TopSort sort) => sort switch
    {
        TopSort.Memory => Usage?.Memory ?? -1,
        TopSort.Cpu => Cores ?? -1,
        TopSort.Tasks => Usage?.Tasks ?? -1,
        _ => Usage?.Processes ?? -1,
    };

    private static string StateOf(ServiceRow row)
    {
        var word = StatusLines.Word(row.Condition);
        return row is { Condition: ServiceCondition.Open or ServiceCondition.Backoff, Next: { } next }
            ? $"{word}, in {ShortText.Age(next)}" : word;
    }
}
