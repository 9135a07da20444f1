using System.Globalization;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>The state of an instance as the log shows it, without its arguments: these may be secrets.</summary>
internal static class InstanceText
{
    public static string Of(Instance instance, Instant now)
    {
        var since = Duration.FormatRounded(now - instance.Since);
        var client = instance.Service is { } service ? $", launched from {service}" : ", launched from outside of the services";
        var idle = instance.IdleSince == Instant.Never ? "" : $", idle for {Duration.FormatRounded(now - instance.IdleSince)}";
        return instance.State switch
        {
            InstanceState.Asked asked => $"{WaitText.Of(asked)}{client}",
            InstanceState.Placed => $"about to start{client}",
            InstanceState.Running s => $"running for {since}{Pid(s.Run)}{(instance.IsStarting ? ", starting" : "")}{idle}{client}",
            InstanceState.Ending s => $"ending{Pid(s.Run)}{(instance.Reason is { } reason ? $". {reason}" : "")}",
            InstanceState.Unreported => "ended",
            _ => "gone",
        };
    }

    private static string Pid(RunState run) => RunPredicates.MainOf(run) is { } main
        ? string.Create(CultureInfo.InvariantCulture, $", pid {main}") : "";
}
