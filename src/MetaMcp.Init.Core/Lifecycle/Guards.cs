using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using static MetaMcp.Init.Core.Services.ServiceState;

namespace MetaMcp.Init.Core.Lifecycle;

/// <summary>
/// Whether a service takes an event where it stands. Between the cause of an event and its turn the service, or the whole, may have moved
/// on; such an event is dropped, or another takes its place.
/// </summary>
internal static class Guards
{
    /// <param name="happened">The event.</param>
    /// <param name="state">Where the service stands.</param>
    /// <param name="isEnding">Whether everything ends.</param>
    /// <param name="mayStart">Whether nothing keeps the service from being started.</param>
    /// <param name="hasDependencies">Whether all services are there that it depends on.</param>
    /// <returns>The event to take; null for none.</returns>
    public static ServiceEvent? Admit(ServiceEvent happened, ServiceState state, bool isEnding, bool mayStart, bool hasDependencies) =>
        (happened, state) switch
        {
            (ServiceEvent.Start, Waiting) => mayStart ? happened : null,
            (ServiceEvent.Start, _) => null,
            (ServiceEvent.Skip, not Waiting) => null,
            (ServiceEvent.Resume, not Skipped) => null,
            (ServiceEvent.DeadlinePassed, Backoff or Open) => hasDependencies ? happened : new ServiceEvent.Postpone(),
            // No dependent waits any more for it to become ready; it is stopped when those that depend on it are gone.
            (ServiceEvent.DeadlinePassed, Active { Run: RunState.Starting }) => isEnding ? null : happened,
            // Another service that was given up may have begun the end of everything, which has an order of its own.
            (ServiceEvent.GiveUp or ServiceEvent.Restart, _) => isEnding ? null : happened,
            _ => happened,
        };
}
