using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>The events of one service, and through <see cref="OfRun"/> those of its run.</summary>
public abstract record ServiceEvent : Case
{
    /// <summary>The dependencies of the service are satisfied.</summary>
    public sealed record Start : ServiceEvent;

    /// <summary>A dependency of the service has failed for good.</summary>
    public sealed record Skip(int Dependency, int ExitCode) : ServiceEvent;

    /// <summary>The time of the next start has come, but a service that this one depends on is not ready.</summary>
    public sealed record Postpone : ServiceEvent;

    /// <summary>The dependency for which the service was skipped is ready after all.</summary>
    public sealed record Resume : ServiceEvent;

    /// <summary>The service is to stop: all services that depend on it have ended.</summary>
    public sealed record Stop : ServiceEvent;

    /// <summary>The service has another table in the new file.</summary>
    public sealed record Reconfigure : ServiceEvent;

    /// <summary>A service that this one names in restart_with has ended.</summary>
    /// <param name="Dependency">The name of that service.</param>
    public sealed record Restart(string Dependency) : ServiceEvent;

    /// <summary>An emergency: the service is killed without waiting.</summary>
    public sealed record Kill : ServiceEvent;

    /// <summary>The startup phase is over and this service is not up.</summary>
    public sealed record GiveUp(string Reason) : ServiceEvent;

    /// <summary>An event of the run of the service.</summary>
    public sealed record OfRun(RunEvent Event) : ServiceEvent;

    public sealed record DeadlinePassed : ServiceEvent;
}
