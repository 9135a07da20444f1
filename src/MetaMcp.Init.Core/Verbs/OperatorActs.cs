using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>Rows of verbs that ask the running mcp-init to do something.</summary>
internal static class OperatorActs
{
    private static readonly Operand OneOrMore = new("NAME", WordKind.Service) { Required = true, Most = int.MaxValue };
    private static readonly VerbOption Wait = new("--wait", null, "until it is done");
    private static readonly VerbOption Timeout = new("--timeout", "TIME", "wait no longer than this; 60s without it");

    private static readonly ImmutableArray<ExitMeaning> Exits =
    [
        new("0", "done; without --wait, begun"), new("1", "refused, or it did not come to it, or the time is up"),
        new("2", WindowVerbs.NoInit), new("100", "the command line is wrong"),
    ];

    public static readonly VerbEntry Start = new(
        "start", VerbKind.Act, "start NAME…", "start services that do not run, at once")
    {
        Lead = "start services that do not run, at once: also one that waits for its next try, or whose circuit is open. A service whose " +
            "dependencies are not there is started when they are; if one of them was stopped by an operator, the " +
            "request is refused.",
        Operands = [OneOrMore], Options = [Wait, Timeout], Exits = Exits,
    };

    public static readonly VerbEntry Stop = new(
        "stop", VerbKind.Act, "stop NAME…", "stop services or servers; a stopped service stays so")
    {
        Lead = "stop services or servers, as a shutdown does. A stopped service is not started again before start or restart; it counts " +
            "as no failure, also if it is required, and services that depend on it go on.",
        Operands = [OneOrMore], Options = [Wait, Timeout], Exits = Exits,
    };

    public static readonly VerbEntry Restart = new(
        "restart", VerbKind.Act, "restart NAME…", "stop services and start them again")
    {
        Lead = "stop services and start them again. If a dependency was stopped by an operator, nothing is stopped and the request is " +
            "refused. A server is ended alone: its client starts another one.",
        Operands = [OneOrMore], Options = [Wait, Timeout], Exits = Exits,
    };

    public static readonly VerbEntry Signal = new(
        "signal", VerbKind.Act, "signal SIGNAL NAME…", "send a signal to the main process of services or servers")
    {
        Operands = [new("SIGNAL", WordKind.Signal) { Required = true }, OneOrMore], Exits = Exits,
    };

    public static readonly VerbEntry Reload = new(
        "reload", VerbKind.Act, "reload", "read the file again, as SIGHUP does")
    {
        Options = [Wait, Timeout], Exits = Exits,
    };

    public static readonly VerbEntry Shutdown = new(
        "shutdown", VerbKind.Act, "shutdown", "stop everything in order, and end mcp-init")
    {
        Options = [new("--emergency", null, "kill everything at once"), Wait, Timeout], Exits = Exits,
    };
}
