using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>The service of each run, as a kernel that is not there has to know it: effects name runs alone.</summary>
internal sealed class RunOwners
{
    private readonly Dictionary<long, int> _services = [];

    /// <summary>A run that is to start is one of the service whose settings come with it.</summary>
    public void Learn(Effect effect, Plan plan)
    {
        if (effect is Effect.Spawn(var run, var settings))
            _services[run] = plan.Services.Last(s => s.Name == settings.Name).Index;
    }

    public int Of(long run) => _services[run];
}
