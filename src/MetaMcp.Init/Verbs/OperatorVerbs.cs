using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Core.Verbs;
using MetaMcp.Init.Doctor;
using MetaMcp.Init.Intercept;
using MetaMcp.Init.Pages;
using MetaMcp.Init.Planning;
using MetaMcp.Init.Serving;

namespace MetaMcp.Init.Verbs;

/// <summary>The actions of the verbs of <see cref="VerbTable"/> that no service start needs, and the help of all.</summary>
internal static class OperatorVerbs
{
    public static int Invoke(ReadOnlySpan<string> args)
    {
        if (args is ["--version", ..])
            return Say($"mcp-init {ProgramVersion.Text}\n");
        if (args is [] or ["--help" or "-h", ..])
            return Say(HelpPage.OfAll());
        if (VerbTable.Find(args[0]) is not { } verb)
            return Refuse(VerbTable.Unknown(args[0]), "--help");
        // Program.cs runs the other verbs; they come here only for their help.
        if (ActionOf(verb.Name) is not { } action)
            return Say(HelpPage.Of(verb));
        if (VerbArguments.Read(args[1..], verb, out var error) is not { } given)
            return Refuse($"{verb.Name}: {error}", $"{verb.Name} --help");
        return given.Has("--help") ? Say(HelpPage.Of(verb)) : action(given);
    }

    /// <summary>Returns the exit code; null for a verb that <c>Program.cs</c> runs.</summary>
    internal static Func<VerbArguments, int>? ActionOf(string verb) => verb switch
    {
        "check" => given => CheckVerb.Run(File(given)),
        "plan" => given => PlanVerb.Run(File(given), given.Has("--json"), given.Has("--dot")),
        "doctor" => given => DoctorVerb.Run(File(given), given.Has("--json")),
        "serve" => ServeVerb.Run,
        "intercept" => given => InstallVerb.Run(given.Has("--install"), given.Has("--uninstall"), given.Operands),
        "help" => Help,
        "completion" => given => Say(Completions.Of(given.Operand!)),
        "manual" => _ => Say(ManualPage.Of(ProgramVersion.Text)),
        _ => null,
    };

    private static int Help(VerbArguments given) =>
        given.Operand is not { } name ? Say(HelpPage.OfAll())
        : VerbTable.Find(name) is { } verb ? Say(HelpPage.Of(verb))
        : Refuse($"help: {VerbTable.Unknown(name)}", "--help");

    private static int Refuse(string message, string more)
    {
        Page.Error($"mcp-init: {message} (mcp-init {more} says more)");
        return ExitCodes.Configuration;
    }

    private static string? File(VerbArguments given) => given.Operand ?? given.Value("--config");

    private static int Say(string text)
    {
        Page.Out(text);
        return ExitCodes.Success;
    }
}
