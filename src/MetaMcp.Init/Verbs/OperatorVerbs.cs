using System.Globalization;
using MetaMcp.Init.Acting;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Core.Verbs;
using MetaMcp.Init.Doctor;
using MetaMcp.Init.Intercept;
using MetaMcp.Init.Looking;
using MetaMcp.Init.Pages;
using MetaMcp.Init.Planning;
using MetaMcp.Init.Serving;
using MetaMcp.Init.Top;

namespace MetaMcp.Init.Verbs;

/// <summary>The actions of the verbs of <see cref="VerbTable"/> that no service start needs, and the help of all.</summary>
internal static class OperatorVerbs
{
    public static int Invoke(ReadOnlySpan<string> args) => Page.ExitCode(Perform(args));

    private static int Perform(ReadOnlySpan<string> args)
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
        "status" => given => StatusVerb.Status(given.Operands, given.Has("--json"), Style(given)),
        "ps" => given => StatusVerb.Ps(given.Operands, given.Has("--json"), Style(given)),
        "top" => given => TopVerb.Run(given.Value("--delay"), given.Has("--ascii")),
        "events" => Events,
        "logs" => Logs,
        "health" => given => HealthVerbs.Health(given.Operands, given.Value("--level") == "alive", given.Has("--json"), Style(given)),
        "is-ready" => given => HealthVerbs.IsReady(given.Operands),
        "wait" => given => Timed(given, time => WaitVerb.Run(given.Operands, given.Has("--stopped"), time)),
        "start" => given => Act(ControlVerb.Start, given),
        "stop" => given => Act(ControlVerb.Stop, given),
        "restart" => given => Act(ControlVerb.Restart, given),
        "signal" => Signalled,
        "reload" => given => Timed(given, time => ActVerbs.Reload(given.Has("--wait"), time)),
        "shutdown" => given => Timed(given, time => ActVerbs.Shutdown(given.Has("--emergency"), given.Has("--wait"), time)),
        "names" => _ => NamesVerb.Run(),
        "serve" => ServeVerb.Run,
        "metrics" => given => MetricsVerb.Run(given.Value("--format") == "openmetrics"),
        "intercept" => given => InstallVerb.Run(given.Has("--install"), given.Has("--uninstall"), given.Operands),
        "help" => Help,
        "completion" => given => Say(Completions.Of(given.Operand!)),
        "manual" => _ => Say(ManualPage.Of(ProgramVersion.Text)),
        _ => null,
    };

    private static ScreenStyle Style(VerbArguments given) =>
        OutputStyle.Of(given.Has("--ascii"), given.Knows("--output") && given.Has("--output"));

    private static int Events(VerbArguments given) => Numbered(given, "--since", since => Numbered(given, "--lines", lines =>
        StreamVerbs.Events(
            new ControlRequest(ControlVerb.Events) { Names = [.. given.Operands], Since = since, IsFollowing = given.Has("--follow") },
            (int?)lines, given.Has("--json"), Style(given))));

    private static int Logs(VerbArguments given) => Numbered(given, "--since", since => Numbered(given, "--lines", lines =>
        StreamVerbs.Logs(
            new ControlRequest(ControlVerb.Logs)
            {
                Names = [.. given.Operands], Since = since, IsFollowing = given.Has("--follow"), Lines = Lines(since, (int?)lines),
            },
            given.Value("--grep"), given.Has("--json"), Style(given))));

    /// <summary>A hundred lines of each; all of them with 0, and where --since says from where.</summary>
    private static int? Lines(long? since, int? lines) => lines switch
    {
        0 => null,
        null => since is null ? 100 : null,
        _ => lines,
    };

    private static int Act(ControlVerb verb, VerbArguments given) => Timed(given, time =>
        ActVerbs.OfNames(new ControlRequest(verb) { Names = [.. given.Operands] }, given.Has("--wait"), time));

    private static int Signalled(VerbArguments given)
    {
        var word = given.Operands[0];
        if (!Signal.TryParse(word, out var signal))
            return Refuse(
                $"signal: {Quoted.Text(word)} is no signal; write a name such as TERM or USR1, or a number", "signal --help");
        return given.Operands.Count < 2
            ? Refuse("signal: NAME is missing; write mcp-init signal SIGNAL NAME…", "signal --help")
            : ActVerbs.OfNames(
                new ControlRequest(ControlVerb.Signal) { Names = [.. given.Operands.Skip(1)], Signal = signal }, false, null);
    }

    /// <summary>Reads the option of a whole number.</summary>
    private static int Numbered(VerbArguments given, string option, Func<long?, int> run)
    {
        if (given.Value(option) is not { } text)
            return run(null);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue
            ? run(number)
            : Refuse($"{given.Verb}: {option} {Quoted.Text(text)} is no number", $"{given.Verb} --help");
    }

    private static int Timed(VerbArguments given, Func<TimeSpan?, int> run)
    {
        if (given.Value("--timeout") is not { } text)
            return run(null);
        return Duration.TryParse(text, out var time)
            ? run(time)
            : Refuse($"{given.Verb}: --timeout {Quoted.Text(text)} is no duration; write it as 500ms, 30s or 2m", $"{given.Verb} --help");
    }

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
