using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Screens;

/// <summary>One type of launched server in the table of <c>status</c>, and its instances.</summary>
internal static class ServerLines
{
    /// <summary>
    /// A full pool is none that needs a person: an idle instance is replaced. One for whose places launches wait is.
    /// </summary>
    public static Mark MarkOf(ServerRow row) => row.Waiting > 0 ? Mark.Warning : row.Instances > 0 ? Mark.Ready : Mark.Off;

    public static Mark MarkOf(InstanceRow row, Usage? usage) => row.Condition switch
    {
        _ when Cells.PartOf(usage, row.MemoryMax) >= ServiceLines.NearCap => Mark.Warning,
        InstanceCondition.Starting or InstanceCondition.Ending => Mark.OnItsWay,
        _ => Mark.Ready,
    };

    /// <summary>Why a row needs a person; null if it does not.</summary>
    public static string? Under(ServerRow row) => row.Waiting == 0 ? null
        : $"{Counted.Text(row.Waiting, "launch", "launches")} {(row.Waiting == 1 ? "waits" : "wait")} for a place";

    /// <summary>The memory of all instances of a type; not known if that of one is not.</summary>
    public static Usage? SumOf(StatusDocument status, string server)
    {
        var (memory, isEstimate, any) = ((long?)0, false, false);
        foreach (var instance in status.Instances)
        {
            if (instance.Server != server)
                continue;
            var usage = status.UsageOf(instance.Name);
            (memory, isEstimate, any) = (memory + usage?.Memory, isEstimate || usage?.IsEstimate == true, true);
        }
        return any ? new Usage(memory, isEstimate) : null;
    }

    /// <summary>
    /// In cores, all instances together: for each the mean of the time that it has run. Null if that of one is not known.
    /// </summary>
    public static double? CoresOf(StatusDocument status, string server)
    {
        double? cores = null;
        foreach (var instance in status.Instances)
        {
            if (instance.Server != server)
                continue;
            if (status.UsageOf(instance.Name)?.CpuTime is not { } used || instance.Age <= TimeSpan.Zero)
                return null;
            cores = (cores ?? 0) + (used / instance.Age);
        }
        return cores;
    }
}
