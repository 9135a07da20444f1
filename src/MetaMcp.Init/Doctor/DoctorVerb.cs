using MetaMcp.Init.ConfigFiles;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Doctor;

/// <summary>
/// <c>mcp-init doctor</c>: the rights that the kernel and the container give, and a setting for each right that is missing.
/// </summary>
internal static class DoctorVerb
{
    public static int Run(string? given, bool json)
    {
        var located = ConfigLocator.Find(given);
        Plan? plan = null;
        // Without a file the container is examined alone; a file that exists has to be right.
        if (located.Path is { } path && (plan = Load(path)) is null)
            return ExitCodes.Configuration;
        var facts = FactFinder.Find((plan?.Settings.Init ?? new InitSettings()).RuntimeDirectory);
        if (plan is not null)
            facts = facts with { Absences = AbsenceFinder.Find(plan) };
        var examination = Examination.Of(facts, plan);
        if (json)
            Page.Out(DoctorJson.Render(examination, located.Path));
        else
            Page.Out(DoctorText.Render(examination, located.Path));
        return examination.HasShortfall ? ExitCodes.Failure : ExitCodes.Success;
    }

    /// <summary>Prints errors only; <c>check</c> prints warnings.</summary>
    private static Plan? Load(string path)
    {
        var result = ConfigFile.Plan(path);
        foreach (var diagnostic in result.Diagnostics)
            if (diagnostic.Severity == Severity.Error)
                Page.Error(diagnostic.ToString());
        return result.Plan;
    }
}
