using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>What a step needs to know beside the state: nothing of it changes during the step.</summary>
/// <param name="Index">The service's place in the plan.</param>
/// <param name="Settings">Its table of the file.</param>
/// <param name="StartRetries">How often a failed start is repeated; null once the startup phase is over: without end.</param>
/// <param name="NextRun">The number a new run would have.</param>
/// <param name="Jitter">0 to 1, for the jitter of a back-off and the spread of probes.</param>
/// <param name="IsEnding">The end of everything has begun, and with it nobody waits for a turn in the cleanup queue.</param>
/// <param name="KillRetries">How often SIGKILL is repeated before a cleanup has failed.</param>
public readonly record struct ServiceContext(
    int Index, ServiceSettings Settings, int? StartRetries, long NextRun, double Jitter, bool IsEnding, int KillRetries = 3)
{
    public string Name => Settings.Name;
}

/// <summary>The state after an event and what is to be done about it, in order.</summary>
public readonly record struct ServiceStep(ServiceState State, ImmutableArray<Effect> Effects)
{
    public static implicit operator ServiceStep(ServiceState state) => new(state, []);
}
