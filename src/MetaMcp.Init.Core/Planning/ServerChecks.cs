using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Planning;

/// <summary>Checks of the servers among each other, and against the limits of all.</summary>
internal static class ServerChecks
{
    /// <summary>A package that two tables match by name: an intercepted command could be of either.</summary>
    public static IEnumerable<Diagnostic> Errors(Settings settings) =>
        Twice(settings).Where(two => two.IsGiven).Select(two => new Diagnostic(
            Severity.Error, two.At,
            $"{Quoted.Text(two.Package)} is matched by [server.{two.Second}] and by [server.{two.First}]; remove it from one of the two"));

    public static IEnumerable<Diagnostic> Warnings(Settings settings)
    {
        foreach (var two in Twice(settings))
            if (!two.IsGiven)
                yield return new Diagnostic(
                    Severity.Warning, two.At,
                    $"[server.{two.Second}] starts {Quoted.Text(two.Package)} as [server.{two.First}] does; an intercepted start of it " +
                    $"is of {two.First}. Write match = [] or other packages here, or there");
        var most = settings.Limits.MaxInstances;
        for (var i = 0; i < settings.Servers.Length; i++)
            if (settings.Servers[i] is { MaxInstances: { } own, Name: var name } && own > most)
                yield return new Diagnostic(
                    Severity.Warning, settings.Origin.Server(i).MaxInstances,
                    $"{name}: max_instances is {own}, and [limits] max_instances, {most}, is reached before");
        foreach (var needless in Unlimited(settings))
            yield return needless;
    }

    /// <summary>Without the lifecycle no limit is in force, and the file need not be changed for that.</summary>
    private static IEnumerable<Diagnostic> Unlimited(Settings settings)
    {
        if (!settings.LifecycleEnabled || settings.Limits is not { MaxInstances: null, MaxPerType: null })
            yield break;
        for (var i = 0; i < settings.Servers.Length; i++)
            if (settings.Servers[i] is { MaxInstances: null, OnLimit: not LimitAction.Refuse and var action, Name: var name })
                yield return new Diagnostic(
                    Severity.Warning, settings.Origin.Server(i).OnLimit,
                    $"{name}: on_limit is \"{EnumWords.LimitAction[(int)action]}\", and no limit can be reached; add max_instances here, " +
                    "or max_per_type or max_instances to [limits]");
    }

    /// <summary>Only one of a pair is given by the file in "match": then that one has the package, and there is nothing to say.</summary>
    private static IEnumerable<(string Package, string First, string Second, SourcePosition At, bool IsGiven)> Twice(Settings settings)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < settings.Servers.Length; i++)
        {
            var origin = settings.Origin.Server(i);
            for (var n = 0; n < settings.Servers[i].Match.Length; n++)
            {
                var package = settings.Servers[i].Match[n];
                var isGiven = origin.Match is not null;
                if (first.TryAdd(package, i) || isGiven != settings.Origin.Server(first[package]).Match is not null)
                    continue;
                var at = isGiven && n < origin.Match!.Length ? origin.Match[n] : origin.Table;
                yield return (package, settings.Servers[first[package]].Name, settings.Servers[i].Name, at, isGiven);
            }
        }
    }
}
