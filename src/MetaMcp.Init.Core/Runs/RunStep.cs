using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;

namespace MetaMcp.Init.Core.Runs;

/// <summary>The state of a run after an event, and the effects in their order.</summary>
public readonly record struct RunStep(RunState State, ImmutableArray<Effect> Effects)
{
    public static implicit operator RunStep(RunState state) => new(state, []);
}
