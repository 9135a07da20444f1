using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using static MetaMcp.Init.Core.Services.ServiceState;

namespace MetaMcp.Init.Core.Lifecycle;

/// <summary>
/// Whether a service takes an event in its current state. Between the cause of an event and its turn, the state of the service or the
/// phase may have changed; then the event is dropped or replaced.
/// </summary>
internal static class EventGuards
{
    /// <param name="happened">The event.</param>
    /// <param name="state">The state of the service.</param>
    /// <param name="isEnding">Whether the whole container stops.</param>
    /// <param name="mayStart">Whether nothing keeps the service from being started.</param>
    /// <param name="hasDependencies">Whether all services that it depends on are ready.</param>
    /// <returns>The event to take; null for none.</returns>
    public static ServiceEvent? Admit(ServiceEvent happened, ServiceState state, bool isEnding, bool mayStart, bool hasDependencies) =>
        (happened, state) switch
        {
            (ServiceEvent.Start, Waiting) => mayStart ? happened : null,
            (ServiceEvent.Start, _) => null,
            (ServiceEvent.Skip, not Waiting) => null,
            (ServiceEvent.Resume, not Skipped) => null,
            (ServiceEvent.DeadlinePassed, Backoff or Open) => hasDependencies ? happened : new ServiceEvent.Postpone(),
            // No dependent waits any more for the service to become ready. It is stopped when its dependents have ended.
            (ServiceEvent.DeadlinePassed, Active { Run: RunState.Starting }) => isEnding ? null : happened,
            // Another service that was given up may have begun the shutdown, which has an order of its own.
            (ServiceEvent.GiveUp or ServiceEvent.Restart, _) => isEnding ? null : happened,
            _ => happened,
        };
}
