using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Planning;

/// <summary>Two readers of one stdin would each get a part of the input, and a terminal belongs to one session.</summary>
internal static class StdinChecks
{
    public static IEnumerable<Diagnostic> Find(Settings settings)
    {
        var first = -1;
        for (var i = 0; i < settings.Services.Length; i++)
        {
            if (settings.Services[i].Stdin != StdinMode.Inherit)
                continue;
            if (first < 0)
                first = i;
            else
                yield return new Diagnostic(Severity.Error, settings.Origin.Service(i).Stdin, Message(settings, i, first));
        }
    }

    private static string Message(Settings settings, int service, int first)
    {
        var at = settings.Origin.Service(first).Stdin is { Line: > 0 } place ? $" at {place}" : "";
        return $"{settings.Services[service].Name}: stdin = \"inherit\" is for one service, " +
            $"and {settings.Services[first].Name} has it{at}; remove one of the two";
    }
}
