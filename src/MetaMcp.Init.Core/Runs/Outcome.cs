using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Runs;

/// <summary>What the end of a run will mean once nothing of it is left.</summary>
public abstract record Outcome : Case
{
    /// <summary>It was asked to stop.</summary>
    public sealed record AsAsked : Outcome;

    /// <summary>It is started anew with what it depends on, once that is there again.</summary>
    public sealed record Anew : Outcome;

    /// <summary>It ended by itself, and that is what it was to do.</summary>
    public sealed record Success(ExitStatus Status) : Outcome;

    /// <summary>It failed and may be tried again.</summary>
    public sealed record Failing(Failure Failure) : Outcome;

    /// <summary>The container was short of something; it is started when there is room.</summary>
    public sealed record Deferred(string Reason) : Outcome;

    /// <summary>It failed, and there is no time left to try again.</summary>
    public sealed record GivenUp(Failure Failure) : Outcome;
}

/// <summary>Why something failed, and with which exit status where there was one.</summary>
/// <param name="Reason">One clause without the service's name: <c>exit code 3</c>, <c>not ready within 60s</c>.</param>
/// <param name="Status">Null where no process ended.</param>
public sealed record Failure(string Reason, ExitStatus? Status)
{
    /// <summary>When the trouble began, where that was before the end: from then on a back-off is counted.</summary>
    public Instant? Since { get; init; }

    /// <summary>Where it was for memory: whose limit.</summary>
    public OomCause? Oom { get; init; }

    /// <summary>What PID 1 exits with when this ends everything: the service's own code, 1 where it was 0 or there was none.</summary>
    public int ExitCode => Status is { ShellCode: not 0 and var code } ? code : 1;
}
