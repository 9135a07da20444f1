using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>The service of each run. Effects name runs alone, so a simulated kernel has to remember the services.</summary>
internal sealed class RunOwners
{
    private readonly Dictionary<long, int> _services = [];

    /// <summary>Learns from a spawn: the run belongs to the service whose settings come with it.</summary>
    public void Learn(Effect effect, Plan plan)
    {
        if (effect is Effect.Spawn(var run, var settings))
            _services[run] = plan.Services.Last(s => s.Name == settings.Name).Index;
    }

    public int Of(long run) => _services[run];
}
