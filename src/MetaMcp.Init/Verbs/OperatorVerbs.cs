using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Doctor;
using MetaMcp.Init.Pages;
using MetaMcp.Init.Planning;

namespace MetaMcp.Init.Verbs;

/// <summary>Everything that no service start needs: help, version, check, plan, doctor.</summary>
internal static class OperatorVerbs
{
    private static readonly OperatorVerb[] Verbs =
    [
        // Program.cs runs these; here they only show their help.
        new("intercept", HelpText.Intercept, ["--install", "--uninstall"], [], _ => ExitCodes.Success),
        new("run", HelpText.Run, [], ["--config"], _ => ExitCodes.Success),
        new("launch", HelpText.Launch, [], [], _ => ExitCodes.Success),
        new("probe", HelpText.Probe, [], [], _ => ExitCodes.Success),
        new("check", HelpText.Check, [], ["--config"], given => CheckVerb.Run(File(given))),
        new("plan", HelpText.Plan, ["--json", "--dot"], ["--config"],
            given => PlanVerb.Run(File(given), given.Has("--json"), given.Has("--dot"))),
        new("doctor", HelpText.Doctor, ["--json"], ["--config"], given => DoctorVerb.Run(File(given), given.Has("--json"))),
    ];

    private static readonly string[] Words =
        ["run", "exec", "launch", "probe", "check", "plan", "doctor", "intercept", "--help", "--version"];

    public static int Invoke(ReadOnlySpan<string> args)
    {
        if (args is ["--version"])
            return Say($"mcp-init {ProgramVersion.Text}\n");
        if (args is [] or ["--help" or "-h" or "help"])
            return Say(HelpText.Usage);
        var name = args[0];
        return Array.Find(Verbs, v => v.Name == name) is { } verb
            ? verb.Invoke(args[1..])
            : Refuse($"unknown verb {Quoted.Text(name)}{Suggestion.For(name, Words)}");
    }

    public static int Refuse(string message)
    {
        Page.Error($"mcp-init: {message} (mcp-init --help says more)");
        return ExitCodes.Configuration;
    }

    private static string? File(VerbArguments given) => given.Operand ?? given.Value("--config");

    private static int Say(string text)
    {
        Page.Out(text);
        return ExitCodes.Success;
    }
}
