using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>Why a run failed, with its exit status if a process ended.</summary>
/// <param name="Reason">One clause without the service's name: <c>exit code 3</c>, <c>not ready within 60s</c>.</param>
/// <param name="Status">Null if no process ended.</param>
public sealed record Failure(string Reason, ExitStatus? Status)
{
    /// <summary>The beginning of the trouble, if that was before the end: the back-off is counted from then.</summary>
    public Instant? Since { get; init; }

    /// <summary>The limit whose memory ran out; null if the failure was not for memory.</summary>
    public OomCause? Oom { get; init; }

    /// <summary>Whether the run was ended for a limit that we keep ourselves; the reason says which.</summary>
    public bool IsOverLimit { get; init; }

    /// <summary>
    /// The exit code of PID 1 if this failure ends the container: the service's own code; 1 if that was 0 or no process ended.
    /// </summary>
    public int ExitCode => Status is { ShellCode: not 0 and var code } ? code : 1;
}
