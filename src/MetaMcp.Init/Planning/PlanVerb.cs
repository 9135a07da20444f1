using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Planning;

/// <summary><c>mcp-init plan</c>: the plan of a file, as a page, a JSON document or a graph.</summary>
internal static class PlanVerb
{
    public static int Run(string? given, bool json, bool dot)
    {
        if (json && dot)
        {
            Page.Error("mcp-init: --json and --dot are two forms of the same plan; give one");
            return ExitCodes.Configuration;
        }
        if (CheckVerb.Load(given, out var path) is not { } plan)
            return ExitCodes.Configuration;
        if (json)
            Page.Out(PlanJson.Render(plan, path));
        else
            Page.Out(dot ? PlanDot.Render(plan) : PlanText.Render(plan, path));
        return ExitCodes.Success;
    }
}
