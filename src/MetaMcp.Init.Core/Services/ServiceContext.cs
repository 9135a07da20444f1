using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Runs;

namespace MetaMcp.Init.Core.Services;

/// <summary>What a step of a service needs to know beside the state. None of it changes during the step.</summary>
/// <param name="Run">What a step of the service's run needs to know.</param>
/// <param name="StartRetries">
/// The number of times that a failed start is repeated; null (without limit) once the startup phase is over.
/// </param>
public readonly record struct ServiceContext(RunContext Run, int? StartRetries)
{
    /// <summary>The names of the services that this one waits for before it can start; none if it is to be skipped.</summary>
    public ImmutableArray<string> Awaited { get => field.IsDefault ? [] : field; init; }

    public ServiceSettings Settings => Run.Settings;

    public string Name => Run.Settings.Name;

    public double Jitter => Run.Jitter;
}
