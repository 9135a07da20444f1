using MetaMcp.Init.Core.Values;


namespace MetaMcp.Init.Cli;

/// <summary><c>mcp-init plan</c>: what a file means, as a page, a JSON document or a graph.</summary>
internal static class PlanVerb
{
    public static int Run(string? given, bool json, bool dot)
    {
        if (json && dot)
        {
            Console.Error.WriteLine("mcp-init: --json and --dot are two forms of the same plan; give one");
            return ExitCodes.Configuration;
        }
        if (CheckVerb.Load(given, out var path) is not { } plan)
            return ExitCodes.Configuration;
        if (json)
            PlanJson.Write(plan, path, Console.OpenStandardOutput());
        else
            Console.Out.Write(dot ? PlanDot.Render(plan) : PlanText.Render(plan, path));
        return ExitCodes.Success;
    }
}
