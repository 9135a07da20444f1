using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>The meaning of a run's end; it takes effect once none of its processes is left.</summary>
public abstract record Outcome : Case
{
    /// <summary>The run was asked to stop.</summary>
    public sealed record AsAsked : Outcome;

    /// <summary>The service is restarted together with a service that it depends on, once that one is there again.</summary>
    public sealed record Anew : Outcome;

    /// <summary>The run ended by itself, as it was meant to.</summary>
    public sealed record Success(ExitStatus Status) : Outcome;

    /// <summary>The run failed; the service may be tried again.</summary>
    public sealed record Failing(Failure Failure) : Outcome;

    /// <summary>The container was short of a resource; the service is started when there is room.</summary>
    public sealed record Deferred(string Reason) : Outcome;

    /// <summary>The run failed, and no time is left to try again.</summary>
    public sealed record GivenUp(Failure Failure) : Outcome;
}

/// <summary>Why a run failed, with its exit status if a process ended.</summary>
/// <param name="Reason">One clause without the service's name: <c>exit code 3</c>, <c>not ready within 60s</c>.</param>
/// <param name="Status">Null if no process ended.</param>
public sealed record Failure(string Reason, ExitStatus? Status)
{
    /// <summary>The beginning of the trouble, if that was before the end: the back-off is counted from then.</summary>
    public Instant? Since { get; init; }

    /// <summary>The limit whose memory ran out; null if the failure was not for memory.</summary>
    public OomCause? Oom { get; init; }

    /// <summary>
    /// The exit code of PID 1 if this failure ends the container: the service's own code; 1 if that was 0 or no process ended.
    /// </summary>
    public int ExitCode => Status is { ShellCode: not 0 and var code } ? code : 1;
}
