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
