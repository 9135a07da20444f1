using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;

namespace MetaMcp.Init.Core.Services;

/// <summary>The state of a service after an event, and the effects in their order.</summary>
public readonly record struct ServiceStep(ServiceState State, ImmutableArray<Effect> Effects)
{
    public static implicit operator ServiceStep(ServiceState state) => new(state, []);
}
