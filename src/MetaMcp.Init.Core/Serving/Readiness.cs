using MetaMcp.Init.Core.Metrics;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Serving;

/// <summary>Whether this container should get work: what <c>/readyz</c> answers.</summary>
public static class Readiness
{
    /// <summary>Why it should not, a sentence each; empty if it should.</summary>
    public static IReadOnlyList<string> Reasons(StatusDocument status)
    {
        ArgumentNullException.ThrowIfNull(status);
        List<string> reasons = [];
        if (status.System.Phase == SystemPhase.Stopping)
            reasons.Add("mcp-init is stopping");
        var hasRequired = false;
        foreach (var service in status.Services)
        {
            if (!service.IsRequired)
                continue;
            hasRequired = true;
            if (!ServiceSamples.IsReady(service.Condition))
                reasons.Add($"{service.Name} is {Word(service.Condition)}{(service.Why is { } why ? $" ({why})" : "")}");
        }
        // A file that requires none has nothing else to wait for.
        if (!hasRequired && status.System.Phase == SystemPhase.Starting)
            reasons.Add("mcp-init is starting");
        return reasons;
    }

    /// <summary>In a sentence: <c>backoff</c> and <c>trial</c> are no adjectives.</summary>
    private static string Word(ServiceCondition condition) => condition switch
    {
        ServiceCondition.Backoff => "waiting to be started again",
        ServiceCondition.Trial => "being tried after a pause",
        ServiceCondition.Open => "paused after failures",
        _ => StatusLines.Word(condition),
    };
}
