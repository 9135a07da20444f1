namespace MetaMcp.Init.Core.Verbs;

/// <summary>Rows of verbs that look at a file, a container or a target.</summary>
internal static class LookVerbs
{
    private const string WithoutFile = "the same as FILE; without either: MCP_INIT_CONFIG, /etc/mcp-init.toml, ./mcp-init.toml";

    public static readonly VerbEntry Check = new(
        "check", VerbKind.Look, "check [FILE]", "show every error and warning of a file")
    {
        Lead = "show every error and warning of a file, one a line, and start nothing.",
        Operands = [new("FILE", WordKind.File)],
        Options = [new("--config", "FILE", WithoutFile) { Kind = WordKind.File }],
        Exits = [new("0", "the file can be run, with or without warnings"), new("100", "it cannot")],
    };

    public static readonly VerbEntry Plan = new(
        "plan", VerbKind.Look, "plan [FILE]", "show the order of start and stop, with limits and timeouts")
    {
        Lead = "show the order of start and stop, with limits and timeouts, and start nothing.",
        Synopses = [new("plan [--json | --dot] [FILE]")],
        Operands = [new("FILE", WordKind.File)],
        Options =
        [
            new("--json", null, "as one JSON document: times in milliseconds, sizes in bytes"),
            new("--dot", null, "the graph, for Graphviz: mcp-init plan --dot | dot -Tsvg"),
            new("--config", "FILE", WithoutFile) { Kind = WordKind.File },
        ],
        Exits = [new("0", "the plan is shown"), new("100", "the file cannot be run")],
    };

    public static readonly VerbEntry Doctor = new(
        "doctor", VerbKind.Look, "doctor [FILE]", "show what this container permits, and the settings that permit the rest")
    {
        Lead = "show what the kernel and this container permit, what each missing permission costs, and the exact setting of Docker, " +
            "Compose, Podman, containerd and Kubernetes that gives it; also the users, groups, programs, directories and files that " +
            "the file names and that do not exist. Changes nothing.",
        Synopses = [new("doctor [--json] [FILE]", "in the container: docker exec CONTAINER mcp-init doctor")],
        Operands = [new("FILE", WordKind.File)],
        Options =
        [
            new("--json", null, "as one JSON document: facts, findings with their remedies, and a summary"),
            new("--config", "FILE", $"{WithoutFile}; without any of them the container is examined alone") { Kind = WordKind.File },
        ],
        Exits =
        [
            new("0", "no error and no warning"),
            new("1", "an error or a warning"),
            new("100", "the file cannot be run"),
        ],
    };

    public static readonly VerbEntry Probe = new(
        "probe", VerbKind.Look, "probe KIND TARGET",
        "probe once (http URL, mcp URL, tcp HOST:PORT, unix PATH, exec -- CMD)")
    {
        Lead = "probe a target once, as [service.NAME] probe does, and show why it failed.",
        TakesCommand = true,
        Operands =
        [
            new("KIND") { Required = true, Choices = ["http", "mcp", "tcp", "unix", "exec"] },
            new("TARGET", WordKind.File),
        ],
        Synopses =
        [
            new("probe http URL", "a GET is answered with a status of --expect"),
            new("probe mcp URL", "an MCP server over streamable HTTP answers"),
            new("probe tcp HOST:PORT", "a connection is accepted"),
            new("probe unix PATH", "a connection is accepted on the socket"),
            new("probe exec -- CMD [ARG…]", "the command exits with 0"),
        ],
        Options =
        [
            new("--timeout", "10s", "for the whole probe"),
            new("--expect", "200-399", "for http: one status, or a range"),
            new("--cgroup", "DIR", "join this cgroup (v2) first") { Kind = WordKind.Directory },
        ],
        Exits =
        [
            new("0", "healthy"),
            new("1", "not healthy, with the reason on stderr"),
            new("100", "the command line is wrong"),
        ],
    };
}
