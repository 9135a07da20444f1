using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>Which instance is ended for a launch over a limit: <c>replace-idle</c> and <c>replace-oldest</c>.</summary>
internal sealed class Replacement(Response response, InstanceTable instances, InstanceDriver driver)
{
    /// <summary>An instance younger than this is never replaced: SDKs start a sibling to ask for <c>server/discover</c>.</summary>
    private static readonly TimeSpan YoungestReplaced = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The time from the stop signal to SIGKILL, if <c>stop_timeout</c> is not shorter: half of the time that the launch waits.
    /// </summary>
    private static readonly TimeSpan LongestStop = Admission.PlacePatience / 2;

    /// <summary>
    /// Ends an instance of the same server for this launch, unless enough of them end already. An instance that a client of another
    /// service launched is never taken.
    /// </summary>
    /// <param name="asking">The launch.</param>
    /// <param name="waiting">The launches that wait, this one among them.</param>
    /// <returns>Null if a place becomes free; else the reason why none does.</returns>
    public string? FindRoom(Instance asking, WaitingLaunches waiting)
    {
        var (ending, unreplaced) = (0, default(Unreplaced));
        Instance? victim = null;
        foreach (var instance in instances.All)
        {
            if (instance.Server.Name != asking.Server.Name)
                continue;
            ending += instance.State is InstanceState.Ending ? 1 : 0;
            if (!IsReplaceable(asking, instance))
                unreplaced.Add(asking, instance);
            else if (victim is null || IsBefore(instance, victim))
                victim = instance;
        }
        if (ending >= waiting.For(asking.Server.Name))
            return null;
        if (victim is null)
            return unreplaced.Text(asking.Server, YoungestReplaced);
        victim.StopWithin(LongestStop);
        var reason = asking.Server.OnLimit == LimitAction.ReplaceIdle
            ? $"It had no traffic for {Duration.FormatRounded(response.Now - victim.IdleSince)}, and another client needed its place."
            : "It was the oldest one, and another client needed its place.";
        // It waits for no turn in the cleanup queue, since the launch may not wait that long.
        driver.Stop(victim, reason, EndReason.Replaced, isUrgent: true);
        instances.Totals.AddReplaced(asking.Server.Name);
        return null;
    }

    private bool IsReplaceable(Instance asking, Instance instance) =>
        instance is { State: InstanceState.Running, IsStarting: false } && instance.Service == asking.Service &&
        (asking.Server.OnLimit == LimitAction.ReplaceIdle
            ? instance.IdleSince != Instant.Never
            : response.Now - instance.Since >= YoungestReplaced);

    private static bool IsBefore(Instance a, Instance b) => a.Server.OnLimit == LimitAction.ReplaceIdle
        ? a.IdleSince < b.IdleSince : a.Since < b.Since;
}
