using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Runs;

namespace MetaMcp.Init.Core.Services;

/// <summary>What a step of a service needs to know beside its state: nothing of it changes during the step.</summary>
/// <param name="Run">What a step of its run needs to know.</param>
/// <param name="StartRetries">How often a failed start is repeated; null once the startup phase is over: without end.</param>
public readonly record struct ServiceContext(RunContext Run, int? StartRetries)
{
    public ServiceSettings Settings => Run.Settings;

    public string Name => Run.Settings.Name;

    public double Jitter => Run.Jitter;
}

/// <summary>The state of a service after an event and what is to be done about it, in order.</summary>
public readonly record struct ServiceStep(ServiceState State, ImmutableArray<Effect> Effects)
{
    public static implicit operator ServiceStep(ServiceState state) => new(state, []);
}
