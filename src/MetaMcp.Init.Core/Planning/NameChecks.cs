using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Planning;

/// <summary>Checks names of services in other places than depends_on and after.</summary>
internal static class NameChecks
{
    public static IEnumerable<Diagnostic> Find(Settings settings)
    {
        var names = settings.Services.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < settings.Signals.Length; i++)
        {
            var (signal, service) = settings.Signals[i];
            if (!names.Contains(service))
                yield return Error(
                    i < settings.Origin.Signals.Length ? settings.Origin.Signals[i] : default,
                    $"{signal} goes to {Quoted.Text(service)}, and there is no such service{Suggestion.For(service, names)}");
        }
        for (var i = 0; i < settings.Services.Length; i++)
        {
            var (service, origin) = (settings.Services[i], settings.Origin.Service(i));
            for (var n = 0; n < service.RestartWith.Length; n++)
            {
                var name = service.RestartWith[n];
                if (!service.DependsOn.Contains(name) && !service.After.Contains(name))
                    yield return Error(
                        origin.Of(origin.RestartWith, n),
                        $"{service.Name}: restart_with names {Quoted.Text(name)}, which is in neither depends_on nor " +
                        $"after{Suggestion.For(name, service.DependsOn.Concat(service.After))}");
            }
        }
        for (var i = 0; i < settings.Servers.Length; i++)
        {
            var (server, origin) = (settings.Servers[i], settings.Origin.Server(i));
            var allow = server.Allow ?? [];
            for (var n = 0; n < allow.Length; n++)
                if (!names.Contains(allow[n]))
                    yield return Error(
                        n < origin.Allow.Length ? origin.Allow[n] : origin.Table,
                        $"{server.Name}: allow names {Quoted.Text(allow[n])}, and there is no " + (names.Count == 0
                            ? "service in this file; remove it, or write allow = [] for a server that is launched from outside alone"
                            : $"such service{Suggestion.For(allow[n], names)}"));
        }
    }

    private static Diagnostic Error(SourcePosition at, string message) => new(Severity.Error, at, message);
}
