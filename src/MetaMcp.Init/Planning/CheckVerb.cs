using MetaMcp.Init.ConfigFiles;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Planning;

/// <summary><c>mcp-init check</c>: prints every error and warning of a file, one a line, and the number of services and servers.</summary>
internal static class CheckVerb
{
    public static int Run(string? given)
    {
        if (Load(given, out _) is not { } plan)
            return ExitCodes.Configuration;
        Page.Out($"ok: {PlanText.Things(plan)}\n");
        return ExitCodes.Success;
    }

    /// <summary>Prints all diagnostics to stderr; null if the file cannot be run.</summary>
    public static Plan? Load(string? given, out string path)
    {
        var found = ConfigLocator.Find(given);
        path = found.Path ?? "";
        if (found.Path is null)
        {
            Page.Error($"mcp-init: {found.Problem}");
            return null;
        }
        var result = ConfigFile.Plan(path);
        foreach (var diagnostic in result.Diagnostics)
            Page.Error(diagnostic.ToString());
        foreach (var unused in result.Plan?.Settings.NotInForce ?? [])
            Page.Error(unused.ToString());
        if (result.Plan is null)
            Page.Error($"{path}: {Counted.Text(result.Diagnostics.Count(d => d.Severity == Severity.Error), "error")}, nothing can be " +
                "started");
        return result.Plan;
    }
}
