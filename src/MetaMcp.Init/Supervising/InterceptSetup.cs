using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Intercept;
using MetaMcp.Init.Runs;

namespace MetaMcp.Init.Supervising;

/// <summary>Puts <c>[launch] intercept</c> in force: the links, and the PATH of services that are started from now on.</summary>
internal sealed class InterceptSetup(string runtimeDirectory, ServiceStarter starter, Announcer log)
{
    private readonly ShimDirectory _shims = new(runtimeDirectory);

    public void Apply(Settings settings)
    {
        var names = settings.Launch.Intercept;
        var problem = _shims.Apply(names);
        starter.PathFirst = names.IsEmpty || problem is not null ? null : _shims.Path;
        if (problem is not null)
            log.Tell(Notices.ConfigurationWarning.Of(
                $"[launch] intercept: {problem}; {string.Join(" and ", names)} start without launch"));
    }
}
