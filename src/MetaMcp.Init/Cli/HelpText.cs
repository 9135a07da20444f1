namespace MetaMcp.Init.Cli;

/// <summary>
/// What <c>mcp-init --help</c> and <c>--version</c> say. The flags of a verb for people stand in <see cref="OperatorVerbs"/>.
/// </summary>
internal static class HelpText
{
    public const string Usage =
        """
        mcp-init: the first process of a container. It starts what a file says, in order, watches it, and stops
        everything it started, in order and in time.

        usage:
          mcp-init [run] [--config FILE]      run the services of the file (the default)
          mcp-init [FLAGS] -- CMD [ARG…]      be the init of one command, without a file
          mcp-init check [FILE]               say everything that is wrong with a file
          mcp-init plan [FILE]                show what would start and stop when, with limits and timeouts
          mcp-init doctor [FILE]              show what this container permits, and the setting for what it does not
          mcp-init exec [OPTIONS] -- CMD      change this process's user, limits, …, then become CMD
          mcp-init probe KIND TARGET          probe once (http URL, mcp URL, tcp HOST:PORT, unix PATH, exec -- CMD);
                                              exit 0 or 1

        the file:
          --config FILE, else MCP_INIT_CONFIG, else /etc/mcp-init.toml, else ./mcp-init.toml

        flags of "mcp-init -- CMD", which may be put together as in tini:
          -g  signal the whole process group        -c  signal the child only
          -s  be a subreaper when not PID 1         -p SIG   the signal for us when our parent dies
          -r FROM:TO  send TO in place of FROM      -e CODE  take this exit code of the child for 0
          -w  warn of every orphan reaped           -v  say more

        exit codes: the command's own, or 128 and the signal that ended it; 100 the configuration or the command
        line is wrong; 111 the system refused; 126 not executable; 127 not found

        "mcp-init VERB --help" says more about run, check, plan, doctor, exec and probe.

        """;

    public const string Run =
        """
        mcp-init run: start the services of a file, in order, watch them, and stop them in order when it is asked to.

        usage:
          mcp-init [run] [--config FILE]

          --config FILE   without it: MCP_INIT_CONFIG, /etc/mcp-init.toml, ./mcp-init.toml

        signals: those of [shutdown] signals (SIGTERM, SIGINT, SIGQUIT, SIGRTMIN+3 unless the file says otherwise) stop everything, a
        second one at once; SIGHUP reads the file again; SIGUSR1 writes where everything stands to the log; [signals] in the file passes
        others on

        exit codes: 0 it was asked to stop, or everything is done; a required service's own where that failed for good;
        100 the file or the command line is wrong, and nothing was started; 111 the system refused

        """;

    public const string Probe =
        """
        mcp-init probe: ask once whether something answers, as [service.NAME] probe does, and say why not.

        usage:
          mcp-init probe http URL             a GET is answered with a status of --expect
          mcp-init probe mcp URL              an MCP server over streamable HTTP answers
          mcp-init probe tcp HOST:PORT        a connection is accepted
          mcp-init probe unix PATH            the same on a socket
          mcp-init probe exec -- CMD [ARG…]   the command exits with 0

          --timeout 10s       for all of it
          --expect 200-399    of http: one status, or a range

        exit codes: 0 healthy; 1 not, with the reason on stderr; 100 the command line is wrong

        """;

    public const string Check =
        """
        mcp-init check: say everything that is wrong with a file, one problem a line, and start nothing.

        usage:
          mcp-init check [FILE]

          --config FILE   the same as FILE; without either: MCP_INIT_CONFIG, /etc/mcp-init.toml, ./mcp-init.toml

        exit codes: 0 the file can be run, warnings or not; 100 it cannot

        """;

    public const string Plan =
        """
        mcp-init plan: show what would start and stop when, with limits and timeouts, and start nothing.

        usage:
          mcp-init plan [--json | --dot] [FILE]

          --json          as one JSON document: times in milliseconds, sizes in bytes
          --dot           the graph, for Graphviz: mcp-init plan --dot | dot -Tsvg
          --config FILE   the same as FILE; without either: MCP_INIT_CONFIG, /etc/mcp-init.toml, ./mcp-init.toml

        exit codes: 0, or 100 where the file cannot be run

        """;

    public const string Doctor =
        """
        mcp-init doctor: show what the kernel and this container permit, what is lost by what they don't, and the exact
        setting of Docker, Compose, Podman, containerd and Kubernetes that mends it; and which users, groups, programs,
        directories and files that the file names are not there. Changes nothing.

        usage:
          mcp-init doctor [--json] [FILE]     in the container: docker exec CONTAINER mcp-init doctor

          --json          as one JSON document: facts, findings with their remedies, and a summary
          --config FILE   the same as FILE; without either: MCP_INIT_CONFIG, /etc/mcp-init.toml, ./mcp-init.toml;
                          without any of them the container is looked at by itself

        exit codes: 0 nothing is missing, notes or not; 1 something is; 100 the file cannot be run

        """;
}
