using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>
/// The system calls that mcp-init makes and that an old kernel does not have or a seccomp profile may forbid.
/// </summary>
internal static class CallChecks
{
    /// <param name="name">As in the manual.</param>
    /// <param name="since">The first Linux that has it.</param>
    /// <param name="severity">The severity if it is missing.</param>
    /// <param name="costs">The cost if it is missing.</param>
    private sealed class Call(string name, KernelRelease since, FindingSeverity severity, string costs)
    {
        public string Name { get; } = name;
        public KernelRelease Since { get; } = since;
        public FindingSeverity Severity { get; } = severity;
        public string Costs { get; } = costs;
    }

    private const string Fatal = "mcp-init cannot run at all";

    private static readonly Call[] Calls =
    [
        new("epoll_create1", new(2, 6), FindingSeverity.Error, Fatal),
        new("signalfd4", new(2, 6), FindingSeverity.Error, Fatal),
        new("waitid", new(2, 6), FindingSeverity.Error, Fatal),
        new("statx", new(4, 11), FindingSeverity.Warning, "what stdout and stderr are cannot be told apart, and their lines may be mixed"),
        new("pidfd_open", new(5, 3), FindingSeverity.Warning, "a process can be watched and signalled by its number only"),
        new("pidfd_send_signal", new(5, 1), FindingSeverity.Warning, "a process can be signalled by its number only"),
        new("close_range", new(5, 9), FindingSeverity.Info, "descriptors are closed one by one before a service starts"),
        new("process_mrelease", new(5, 15), FindingSeverity.Info, "the memory of a killed process comes back a little later"),
    ];

    public static void Find(Facts facts, List<Finding> found)
    {
        var before = found.Count;
        foreach (var call in Calls)
            if (Asked(facts, call.Name) is { IsRefused: true, Answer: var answer })
            {
                var id = $"call-{call.Name.Replace('_', '-')}";
                found.Add(new(id, call.Severity, Refused(facts, call, answer), call.Costs, RemediesFor(facts, call, answer)));
            }
        // The C library tries clone3 first, and only ENOSYS makes it fall back to clone: Docker's profile answers just that.
        if (Asked(facts, "clone3") is { Answer: { Number: Errno.EPERM } denied })
            found.Add(new("call-clone3", FindingSeverity.Error,
                $"clone3 is answered with {denied}, where ENOSYS would make the C library fall back to clone",
                "no process can be started", Profile("clone3")));
        if (found.Count == before && facts.Calls.Length > 0)
            found.Add(Finding.Ok("calls", "every system call that mcp-init makes is allowed"));
    }

    private static CallAnswer? Asked(Facts facts, string name) => Array.Find(facts.Calls, c => c.Name == name);

    private static bool IsOld(Facts facts, Call call) => KernelRelease.Read(facts.Release) is { } release && release.IsBefore(call.Since);

    private static string Refused(Facts facts, Call call, Errno answer) =>
        answer.Number == Errno.ENOSYS && IsOld(facts, call)
            ? $"Linux {facts.Release} does not have {call.Name}, which came with {call.Since.ToString()}"
            : facts.SeccompMode is 2
                ? $"{call.Name} is answered with {answer} by the container's seccomp profile"
                : $"{call.Name} is answered with {answer}";

    private static Remedies RemediesFor(Facts facts, Call call, Errno answer) =>
        answer.Number == Errno.ENOSYS && IsOld(facts, call) ? Remedies.OnHost($"Linux {call.Since.ToString()} or later")
        : answer.Number == Errno.ENOSYS && facts.SeccompMode is 0
            ? Remedies.OnHost("a kernel that has it: a sandbox such as gVisor does without")
        : Profile(call.Name);

    private static Remedies Profile(string call) => new()
    {
        Docker = $"--security-opt seccomp=FILE, a profile that allows {call}; else seccomp=unconfined",
        Compose = $"security_opt: [\"seccomp=FILE\"], a profile that allows {call}; else seccomp=unconfined",
        Podman = $"--security-opt seccomp=FILE, a profile that allows {call}; else seccomp=unconfined",
        Containerd = $"nerdctl run --security-opt seccomp=FILE, a profile that allows {call}; else seccomp=unconfined",
        Kubernetes = "securityContext: {seccompProfile: {type: Localhost, localhostProfile: FILE}}, " +
            $"FILE allowing {call}; else type: Unconfined",
        Host = "a newer container runtime: the default profiles of Docker 20.10.10, Podman 4 and containerd 1.6 allow it",
    };
}
