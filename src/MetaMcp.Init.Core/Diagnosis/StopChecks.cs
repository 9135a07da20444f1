using System.Globalization;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>
/// The time that the container's stop is given, which nothing inside the container can see: so it is told what the file
/// wants, and not whether it has it.
/// </summary>
internal static class StopChecks
{
    /// <summary>What Docker, Compose and Podman wait before SIGKILL where nobody says otherwise; Kubernetes waits 30 s.</summary>
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(10);

    public static IEnumerable<Finding> Find(FileNeeds needs)
    {
        if (needs.Plan is not { } plan)
        {
            yield return new("no-file", FindingSeverity.Info, "there is no configuration here to compare with",
                "what services need, and how long a stop may take, is not known; name the file: mcp-init doctor FILE", Remedies.None);
            yield break;
        }
        var timeout = plan.Settings.Shutdown.Timeout;
        if (timeout <= Usual - TimeSpan.FromSeconds(1))
        {
            yield return Finding.Ok("stop-grace", $"a stop takes {Duration.Format(timeout)} at most, and {Duration.Format(Usual)} are given by default");
            yield break;
        }
        var grace = (Math.Ceiling(timeout.TotalSeconds) + 1).ToString(CultureInfo.InvariantCulture);
        yield return new("stop-grace", FindingSeverity.Info,
            $"a stop may take {Duration.Format(timeout)} ([shutdown] timeout); Docker and Podman kill after {Duration.Format(Usual)} unless told otherwise, Kubernetes after 30s",
            "what is cut short ends by SIGKILL, without the order and without its own clean-up",
            Remedies.Flag($"--stop-timeout {grace}", $"stop_grace_period: {grace}s", $"in the pod: terminationGracePeriodSeconds: {grace}"));
    }
}
