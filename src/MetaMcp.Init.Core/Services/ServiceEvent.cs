using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>The events of one service, and through <see cref="OfRun"/> those of its run.</summary>
public abstract record ServiceEvent : Case
{
    /// <summary>Its dependencies are satisfied.</summary>
    public sealed record Start : ServiceEvent;

    /// <summary>Its dependency failed for good.</summary>
    public sealed record Skip(int Dependency, int ExitCode) : ServiceEvent;

    /// <summary>The time of its next start has come, and a service that it depends on is not there.</summary>
    public sealed record Postpone : ServiceEvent;

    /// <summary>The dependency for which it was skipped is there after all.</summary>
    public sealed record Resume : ServiceEvent;

    /// <summary>Its turn to stop has come.</summary>
    public sealed record Stop : ServiceEvent;

    /// <summary>Its table in the file is another.</summary>
    public sealed record Reconfigure : ServiceEvent;

    /// <summary>A service that it names in restart_with has ended.</summary>
    /// <param name="Dependency">The name of that service.</param>
    public sealed record Restart(string Dependency) : ServiceEvent;

    /// <summary>An emergency: no more waiting.</summary>
    public sealed record Kill : ServiceEvent;

    /// <summary>The startup phase is over and this service is not up.</summary>
    public sealed record GiveUp(string Reason) : ServiceEvent;

    /// <summary>Its run has an event.</summary>
    public sealed record OfRun(RunEvent Event) : ServiceEvent;

    public sealed record DeadlinePassed : ServiceEvent;
}
