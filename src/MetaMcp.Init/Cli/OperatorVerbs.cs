namespace MetaMcp.Init.Cli;

/// <summary>Everything that is not on the way to a service's first instruction: help, version, check, plan.</summary>
internal static class OperatorVerbs
{
    public static int Invoke(string[] args) => args.Length > 0 ? ExitCodes.Configuration : ExitCodes.Success;
}
