using MetaMcp.Init.Core.Metrics;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Serving;

/// <summary>What PID 1 answered.</summary>
/// <param name="Facts">Null if it did not answer.</param>
/// <param name="Problem">Why it did not; empty if it did.</param>
public sealed record Knowledge(MetricsFacts? Facts, string Problem)
{
    /// <summary>PID 1 lives: it has answered, be it that it is busy, or has begun to.</summary>
    public bool HasAnswered { get; init; } = Facts is not null;

    /// <summary>It has answered that it will not, or not now; <see cref="Problem"/> is its own reason.</summary>
    public bool IsRefused { get; init; }

    public static Knowledge Of(MetricsFacts facts) => new(facts, "");

    public static Knowledge None(string problem) => new(null, problem);

    /// <summary>The rows of an answer; one that has no row of the whole, or ends with a refusal, is none.</summary>
    public static Knowledge Of(IReadOnlyList<StatusRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows is [.., EndRow { Error: not ControlError.None } refused])
            return None(refused.Text ?? "mcp-init refused the request") with { HasAnswered = true, IsRefused = true };
        if (rows is not [.., EndRow] || StatusDocument.From(rows) is not { } status)
            return None("mcp-init did not finish its answer in time");
        return Of(new MetricsFacts(status, [.. rows.OfType<CountRow>()]));
    }
}
