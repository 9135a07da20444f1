using System.Collections.Immutable;

namespace MetaMcp.Init.Core.Verbs;

/// <summary>Rows of verbs that ask the running mcp-init and change nothing.</summary>
internal static class WindowVerbs
{
    internal const string NoInit = "no mcp-init can be asked";

    internal static readonly Operand Names = new("NAME", WordKind.Service) { Most = int.MaxValue };

    private static readonly VerbOption Json = new("--json", null, "for programs; src/PROTOCOL.md has the members");
    private static readonly VerbOption Ascii = new("--ascii", null, "marks and bars of ASCII, as where the locale is not UTF-8");
    private static readonly VerbOption Wide = new("--output", "FORMAT", "wide: every column, and no line is cut")
    {
        Alias = "-o", Choices = ["wide"],
    };

    private static readonly ImmutableArray<ExitMeaning> Shown =
    [
        new("0", "shown"), new("1", "no service or server has that name, or the request is refused"), new("2", NoInit),
        new("100", "the command line is wrong"),
    ];

    public static readonly VerbEntry Status = new(
        "status", VerbKind.Look, "status [NAME…]", "show every service and server: state, memory, health and what is wrong")
    {
        Lead = "show the verdict, the services (those that need a person first) and the launched servers; with a NAME, one service, " +
            "server or instance with its processes, last events and last lines. Each figure is read when it is asked for; ~ stands " +
            "before one that was looked up and not counted by the kernel.",
        Operands = [Names],
        Options = [Json, Wide, Ascii],
        Exits = Shown,
    };

    public static readonly VerbEntry Ps = new(
        "ps", VerbKind.Look, "ps [NAME…]", "show every instance with its processes, memory and state")
    {
        Paragraphs =
        [
            "OF is the service that the client of a launched server belongs to; IDLE is the time since the server's last traffic " +
            "(– while there is traffic, and where no guard sees it).",
        ],
        Operands = [Names],
        Options = [Json, Wide, Ascii],
        Exits = Shown,
    };

    public static readonly VerbEntry Events = new(
        "events", VerbKind.Look, "events [NAME…]", "show what has happened, and go on with --follow")
    {
        Lead = "show the last 1024 events. Each has a number; --since goes on from one without a gap, or says how many are lost.",
        Operands = [Names],
        Options =
        [
            new("--follow", null, "go on with each new event") { Alias = "-f" },
            new("--since", "N", "those after event N"),
            new("--lines", "N", "the last N") { Alias = "-n" },
            Json, Ascii,
        ],
        Exits = Shown,
    };

    public static readonly VerbEntry Logs = new(
        "logs", VerbKind.Look, "logs [NAME…]", "show the last lines of services, and go on with --follow")
    {
        Lead = "show the last lines that mcp-init has read of services (log = \"prefix\" or \"json\"): | stdout, ! stderr, = what " +
            "mcp-init did to the service, ~ lines that are missing. Needs the rights of mcp-init's user, since lines may have secrets.",
        Operands = [Names],
        Options =
        [
            new("--follow", null, "go on with each new line") { Alias = "-f" },
            new("--lines", "N", "the last N lines of each; 100 without it, all with 0") { Alias = "-n" },
            new("--since", "N", "those after line N of --json"),
            new("--grep", "TEXT", "those that contain TEXT, of all lines; the last N of them"),
            Json, Ascii,
        ],
        Exits = Shown,
    };

    public static readonly VerbEntry Top = new(
        "top", VerbKind.Look, "top", "watch services and servers live, and act on them by keys")
    {
        Options = [new("--delay", "SECONDS", "between two looks; 2 without it") { Alias = "-d" }, Ascii],
        Paragraphs =
        [
            "Keys stand at the bottom of the screen, and ? explains all of them. Those that act are there only for a user with full " +
            "rights, and ask once.",
        ],
        Exits = Shown,
    };

    public static readonly VerbEntry Health = new(
        "health", VerbKind.Look, "health [NAME…]", "exit with 0 if all is well: for HEALTHCHECK and probes")
    {
        Lead = "exit with 0 if every required service is ready, or each NAME is, and the container does not stop. For HEALTHCHECK.",
        Operands = [Names],
        Options =
        [
            new("--level", "LEVEL", "ready (without it), or alive: mcp-init answers, and each NAME has a process")
            {
                Choices = ["alive", "ready"],
            },
            Json, Ascii,
        ],
        Exits = [new("0", "healthy"), new("1", "not healthy, with the reason"), new("2", NoInit), new("100", "the command line is wrong")],
    };

    public static readonly VerbEntry IsReady = new(
        "is-ready", VerbKind.Look, "is-ready [NAME…]", "the same as health, without a word of output")
    {
        Operands = [Names],
        Exits = [new("0", "ready"), new("1", "not ready"), new("2", NoInit), new("100", "the command line is wrong")],
    };

    public static readonly VerbEntry Wait = new(
        "wait", VerbKind.Look, "wait [NAME…]", "wait until services are ready, or have stopped")
    {
        Operands = [Names],
        Options =
        [
            new("--ready", null, "until each NAME is ready or has completed (without it too); without a NAME, until the startup is over"),
            new("--stopped", null, "until no process of any NAME is left"),
            new("--timeout", "TIME", "give up after so long: 30s, 2m"),
        ],
        Exits =
        [
            new("0", "it is so"), new("1", "it will not become so, or the time is up; a server is never ready"), new("2", NoInit),
            new("100", "the command line is wrong"),
        ],
    };

    public static readonly VerbEntry Metrics = new(
        "metrics", VerbKind.Look, "metrics", "write all figures as Prometheus reads them")
    {
        Options = [new("--format", "FORMAT", "prometheus (without it), or openmetrics") { Choices = ["prometheus", "openmetrics"] }],
        Exits = Shown,
    };
}
