using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Services;

/// <summary>Follows each change of a service, to measure services that run.</summary>
internal interface IServiceWatch
{
    void Changed(int service, ServiceState before, ServiceState after, Instant now);

    /// <summary>Another plan is in force; all counts are made anew from the states.</summary>
    void PutInForce(Plan plan, ServiceState[] states, Instant now);

    /// <summary>The run is over.</summary>
    void Forget(long run);

    /// <summary>The shutdown has begun: no measurement is due any more.</summary>
    void End();
}
