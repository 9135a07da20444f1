using System.Globalization;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>
/// The time for the container's stop, which cannot be seen inside the container: so the finding tells what the file needs, and not
/// whether the container has it.
/// </summary>
internal static class StopChecks
{
    /// <summary>The time before SIGKILL in Docker, Compose and Podman by default; Kubernetes waits 30 s.</summary>
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(10);

    public static void Find(FileNeeds needs, List<Finding> found)
    {
        if (needs.Plan is not { } plan)
        {
            found.Add(new("no-file", FindingSeverity.Info, "there is no configuration here to compare with",
                "what services need, and how long a stop may take, is not known; name the file: mcp-init doctor FILE", Remedies.None));
            return;
        }
        found.Add(Finding.Ok("stop-signals",
            $"{string.Join(", ", plan.Settings.Shutdown.Signals)} begin an orderly stop, and a second one kills at once; the STOPSIGNAL " +
            "of the image, which cannot be seen from here, has to be one of them (docker image inspect -f '{{.Config.StopSignal}}' " +
            "IMAGE; empty is SIGTERM)"));
        var timeout = plan.Settings.Shutdown.Timeout;
        if (timeout <= Usual - TimeSpan.FromSeconds(1))
        {
            found.Add(Finding.Ok("stop-grace",
                $"a stop takes {Duration.Format(timeout)} at most, and {Duration.Format(Usual)} are given by default"));
            return;
        }
        var grace = (Math.Ceiling(timeout.TotalSeconds) + 1).ToString(CultureInfo.InvariantCulture);
        found.Add(new("stop-grace", FindingSeverity.Info,
            $"a stop may take {Duration.Format(timeout)} ([shutdown] timeout); Docker and Podman kill after {Duration.Format(Usual)} " +
            "unless told otherwise, Kubernetes after 30s",
            "what is cut short ends by SIGKILL, without the order and without its own clean-up",
            Remedies.Flag($"--stop-timeout {grace}", $"stop_grace_period: {grace}s",
                $"in the pod: terminationGracePeriodSeconds: {grace}")));
    }
}
