namespace MetaMcp.Init.Verbs;

/// <summary>
/// The texts of <c>mcp-init --help</c> and of each verb's <c>--help</c>. The flags of the operator verbs stand in
/// <see cref="OperatorVerbs"/>.
/// </summary>
internal static class HelpText
{
    public const string Usage =
        """
        mcp-init: the first process of a container. It starts the services of a file, in order, watches them, and stops
        them, in order and in time.

        usage:
          mcp-init [run] [--config FILE]      run the services of the file (the default)
          mcp-init [FLAGS] -- CMD [ARG…]      be the init of one command, without a file
          mcp-init check [FILE]               show every error and warning of a file
          mcp-init plan [FILE]                show the order of start and stop, with limits and timeouts
          mcp-init doctor [FILE]              show what this container permits, and the settings that permit the rest
          mcp-init exec [OPTIONS] -- CMD      change this process's user, limits, …, then become CMD
          mcp-init launch NAME [-- CMD…]      start an MCP server in a place of its own, and end it with its client
          mcp-init probe KIND TARGET          probe once (http URL, mcp URL, tcp HOST:PORT, unix PATH, exec -- CMD);
                                              exit 0 or 1
          mcp-init intercept --install        put links to mcp-init in the place of npx and uvx, in an image

        the file:
          --config FILE, else MCP_INIT_CONFIG, else /etc/mcp-init.toml, else ./mcp-init.toml

        flags of "mcp-init -- CMD", which may be put together as in tini:
          -g  signal the whole process group        -c  signal the child only
          -s  be a subreaper when not PID 1         -p SIG   the signal for mcp-init when its parent dies
          -r FROM:TO  send TO in place of FROM      -e CODE  take this exit code of the child for 0
          -w  warn of every orphan reaped           -v  log more

        exit codes: the command's own, or 128 and the signal that ended it; 100 the configuration or the command
        line is wrong; 111 the system refused; 126 not executable; 127 not found

        "mcp-init VERB --help" says more about run, check, plan, doctor, exec, launch, probe and intercept.

        """;

    public const string Run =
        """
        mcp-init run: start the services of a file, in order, watch them, and stop them in order when it is asked to.

        usage:
          mcp-init [run] [--config FILE]

          --config FILE   without it: MCP_INIT_CONFIG, /etc/mcp-init.toml, ./mcp-init.toml

        signals: those of [shutdown] signals (SIGTERM, SIGINT, SIGQUIT, SIGRTMIN+3 unless the file says otherwise) stop everything, a
        second one at once; SIGHUP reads the file again; SIGUSR1 writes the status of all services to the log; [signals] in the file
        passes others on

        exit codes: 0 after a requested stop, or when everything is done; the code of a required service that failed for good;
        100 the file or the command line is wrong, and nothing was started; 111 the system refused

        """;

    public const string Launch =
        """
        mcp-init launch: start an MCP server that speaks over stdin and stdout, in a place that the mcp-init of this container
        gives it: with limits, never more of one type than allowed, and ended when its client is gone.

        usage:
          mcp-init launch NAME -- CMD [ARG…]  a server of the type NAME, started by CMD
          mcp-init launch NAME                the same with the command of [server.NAME] in the file

        Where no mcp-init runs, CMD is started with one warning and without all this; without CMD there is nothing to start (111).

        exit codes: the server's own (a signal that ends it ends launch too); 0, with the reason on stderr, if mcp-init ended
        the server, and after a refusal, which clients get as JSON-RPC errors; at a terminal a refusal is 1; 100 the command line
        is wrong, or [server.NAME] has no command or a user that does not exist; 111 mcp-init does not answer, or the system refused;
        126 not executable; 127 not found

        """;

    public const string Probe =
        """
        mcp-init probe: probe a target once, as [service.NAME] probe does, and show why it failed.

        usage:
          mcp-init probe http URL             a GET is answered with a status of --expect
          mcp-init probe mcp URL              an MCP server over streamable HTTP answers
          mcp-init probe tcp HOST:PORT        a connection is accepted
          mcp-init probe unix PATH            a connection is accepted on the socket
          mcp-init probe exec -- CMD [ARG…]   the command exits with 0

          --timeout 10s       for the whole probe
          --expect 200-399    for http: one status, or a range

        exit codes: 0 healthy; 1 not healthy, with the reason on stderr; 100 the command line is wrong

        """;

    public const string Intercept =
        """
        mcp-init intercept: put links to mcp-init in the place of npx and uvx, so that the servers that they start are launched
        through mcp-init also where a gateway makes a PATH of its own. For a RUN of a Dockerfile, after the last npm or uv.

        usage:
          mcp-init intercept --install [npx] [uvx]     in every directory of PATH; both where they are, without names
          mcp-init intercept --uninstall [npx] [uvx]   the originals again

        Each original stays beside its link, as DIR/npx.mcp-init-original; DIR/mcp-init-originals/npx is a link to it, by which it
        keeps its name. What starts no package (npx --version) is executed as it is, and so is everything where no mcp-init runs.

        exit codes: 0 done, or done before; 1 a program is not there, or a directory cannot be written; 100 the command line is
        wrong

        """;

    public const string Check =
        """
        mcp-init check: show every error and warning of a file, one a line, and start nothing.

        usage:
          mcp-init check [FILE]

          --config FILE   the same as FILE; without either: MCP_INIT_CONFIG, /etc/mcp-init.toml, ./mcp-init.toml

        exit codes: 0 the file can be run, with or without warnings; 100 it cannot

        """;

    public const string Plan =
        """
        mcp-init plan: show the order of start and stop, with limits and timeouts, and start nothing.

        usage:
          mcp-init plan [--json | --dot] [FILE]

          --json          as one JSON document: times in milliseconds, sizes in bytes
          --dot           the graph, for Graphviz: mcp-init plan --dot | dot -Tsvg
          --config FILE   the same as FILE; without either: MCP_INIT_CONFIG, /etc/mcp-init.toml, ./mcp-init.toml

        exit codes: 0, or 100 if the file cannot be run

        """;

    public const string Doctor =
        """
        mcp-init doctor: show what the kernel and this container permit, what each missing permission costs, and the exact
        setting of Docker, Compose, Podman, containerd and Kubernetes that gives it; also the users, groups, programs,
        directories and files that the file names and that do not exist. Changes nothing.

        usage:
          mcp-init doctor [--json] [FILE]     in the container: docker exec CONTAINER mcp-init doctor

          --json          as one JSON document: facts, findings with their remedies, and a summary
          --config FILE   the same as FILE; without either: MCP_INIT_CONFIG, /etc/mcp-init.toml, ./mcp-init.toml;
                          without any of them the container is examined alone

        exit codes: 0 no error and no warning; 1 an error or a warning; 100 the file cannot be run

        """;
}
