using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>Our identity: PID 1 or not, the users that exist, and whether privileges can still be gained.</summary>
internal static class IdentityChecks
{
    private const string Ourselves = "mcp-init";

    public static void Find(Facts facts, FileNeeds needs, List<Finding> found)
    {
        if (facts.Pid == 1 || facts.FirstProcess == Ourselves)
            found.Add(Finding.Ok("pid-1", facts.Pid == 1 ? "this is PID 1" : "PID 1 is mcp-init"));
        else
            found.Add(new("not-pid-1", FindingSeverity.Info,
                facts.FirstProcess is { } first ? $"PID 1 is {Quoted.Text(first)}, not mcp-init" : "mcp-init is not PID 1",
                "run here it would be a subreaper: it collects what its services leave, nothing ends with it, and the kernel enforces no " +
                "limits",
                new()
                {
                    Docker = "without --init and --pid, ENTRYPOINT [\"mcp-init\"] in the image",
                    Compose = "without init: true and pid:, entrypoint: [\"mcp-init\"]",
                    Podman = "without --init and --pid, ENTRYPOINT [\"mcp-init\"] in the image",
                    Containerd = "nerdctl run without --init and --pid, ENTRYPOINT [\"mcp-init\"] in the image",
                    Kubernetes = "in the pod: shareProcessNamespace: false, hostPID: false; command: [\"mcp-init\"]",
                }));
        var gaining = needs.Names(p => !p.Attributes.NoNewPrivileges);
        if (facts.NoNewPrivileges)
            found.Add(new("no-new-privileges", gaining.Count == 0 ? FindingSeverity.Info : FindingSeverity.Warning,
                "no_new_privs is set on the whole container",
                gaining.Count == 0
                    ? "set-uid programs such as sudo gain nothing, whatever no_new_privileges of a service says"
                    : "set-uid programs such as sudo gain nothing; no_new_privileges = false is without effect " +
                        $"({FileNeeds.List(gaining)})",
                new()
                {
                    Docker = "without --security-opt no-new-privileges",
                    Compose = "without no-new-privileges in security_opt:",
                    Podman = "without --security-opt no-new-privileges",
                    Containerd = "nerdctl run without --security-opt no-new-privileges",
                    Kubernetes = "securityContext: {allowPrivilegeEscalation: true}",
                }));
        if (facts.UidMap is { } map &&
            needs.Names(p => NumberOf(p.Attributes.User) is { } uid && !IdMap.Has(map, uid)) is { Count: > 0 } missing)
            found.Add(new("user-not-mapped", FindingSeverity.Error,
                $"the user of {FileNeeds.List(missing)} is a number that the container's user namespace does not have",
                "they cannot be started",
                new()
                {
                    Docker = "--userns host, or more ids for the daemon's user in /etc/subuid and /etc/subgid",
                    Compose = "userns_mode: host",
                    Podman = "--userns with a wider range (--uidmap), and more ids in /etc/subuid and /etc/subgid",
                    Kubernetes = "in the pod: hostUsers: true",
                }));
    }

    private static uint? NumberOf(string? user) =>
        user is not null && DecimalText.TryRead(user, uint.MaxValue - 1, out var uid) ? (uint)uid : null;
}
