namespace MetaMcp.Init.Core.Verbs;

/// <summary>Rows of verbs that start a program.</summary>
internal static class RunVerbs
{
    public static readonly VerbEntry Run = new(
        "run", VerbKind.Run, "[run] [--config FILE]", "run the services of the file (the default)")
    {
        Lead = "start the services of a file, in order, watch them, and stop them in order when it is asked to.",
        Options =
        [
            new("--config", "FILE", "the configuration; without it: MCP_INIT_CONFIG, /etc/mcp-init.toml, ./mcp-init.toml")
            {
                Kind = WordKind.File,
            },
        ],
        Paragraphs =
        [
            "signals: those of [shutdown] signals (SIGTERM, SIGINT, SIGQUIT, SIGRTMIN+3 unless the file says otherwise) stop everything, " +
            "a second one at once; SIGHUP reads the file again; SIGUSR1 writes the status of all services to the log; [signals] in " +
            "the file passes others on",
        ],
        Exits =
        [
            new("0", "after a requested stop, or when everything is done"),
            new("a required service's own", "if it failed for good"),
            new("100", "the file or the command line is wrong, and nothing was started"),
            new("111", "the system refused"),
        ],
    };

    public static readonly VerbEntry PassThrough = new(
        "--", VerbKind.Run, "[FLAGS] -- CMD [ARG…]", "be the init of one command, without a file")
    {
        Lead = "be the init of one command, without a file: collect orphans, forward signals, and end with the command's code.",
        TakesCommand = true,
        Options =
        [
            new("-g", null, "signal the whole process group"),
            new("-c", null, "signal the child only"),
            new("-s", null, "be a subreaper when not PID 1"),
            new("-p", "SIG", "the signal for mcp-init when its parent dies"),
            new("-r", "FROM:TO", "send TO in place of FROM; TO 0 drops the signal") { Repeatable = true },
            new("-e", "CODE", "take this exit code of the child for 0") { Repeatable = true },
            new("-w", null, "warn of every orphan reaped"),
            new("-v", null, "log more") { Repeatable = true },
            new("--grace", "2s", "from SIGTERM to SIGKILL for processes that the command leaves behind"),
        ],
        Paragraphs = ["Letters may be put together, as in tini: -gs. A value may follow its letter: -e143."],
        Exits =
        [
            new("the command's own", ""),
            new("128+n", "signal n ended it"),
            new("100", "the command line is wrong"),
            new("111", "the system refused"),
            new("126", "not executable"),
            new("127", "not found"),
        ],
    };

    public static readonly VerbEntry Serve = new(
        "serve", VerbKind.Look, "serve [--listen ADDR:PORT]", "answer HTTP: /metrics, /livez, /readyz, /status")
    {
        Lead = "answer HTTP about the mcp-init of this container, and change nothing. With [serve] listen in the file, mcp-init runs it " +
            "itself; by hand it is for a look.",
        Options =
        [
            new("--listen", "ADDR:PORT", "the address; :9464 is all addresses, unix:PATH a socket file; 127.0.0.1:9464 without it"),
            new("--host", "NAME", "a name that requests may be for, beside localhost and addresses") { Repeatable = true },
        ],
        Paragraphs =
        [
            "/metrics (Prometheus text, or OpenMetrics for a client that asks for it), /livez (200 if mcp-init answers), /readyz (200 if " +
            "all required services are ready and no shutdown has begun), /status (JSON, as status --json).",
        ],
        Exits =
        [
            new("0", "after SIGTERM or SIGINT"),
            new("100", "the command line is wrong"),
            new("111", "the address is taken or does not exist, or the system refused"),
        ],
    };

    public static readonly VerbEntry Launch = new(
        "launch", VerbKind.Run, "launch NAME [-- CMD…]", "start an MCP server in a place of its own, and end it with its client")
    {
        Lead = "start an MCP server that speaks over stdin and stdout, in a place that the mcp-init of this container gives it: with " +
            "limits, never more of one type than allowed, and ended when its client is gone.",
        TakesCommand = true,
        Operands = [new("NAME", WordKind.Service) { Required = true }],
        Synopses =
        [
            new("launch NAME -- CMD [ARG…]", "a server of the type NAME, started by CMD"),
            new("launch NAME", "the same with the command of [server.NAME] in the file"),
        ],
        Paragraphs =
        [
            "Where no mcp-init runs, CMD is started with one warning and without all this; without CMD there is nothing to start (111).",
        ],
        Exits =
        [
            new("the server's own", "(a signal that ends it ends launch too)"),
            new("0", "with the reason on stderr, if mcp-init ended the server, and after a refusal, which clients get as JSON-RPC errors"),
            new("1", "a refusal, at a terminal"),
            new("100", "the command line is wrong, or [server.NAME] has no command or a user that does not exist"),
            new("111", "mcp-init does not answer, or the system refused"),
            new("126", "not executable"),
            new("127", "not found"),
        ],
    };
}
