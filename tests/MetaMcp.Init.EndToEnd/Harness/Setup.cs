namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>How the init is started: by default as PID 1 of a new PID namespace.</summary>
internal sealed record Setup(params string[] Arguments)
{
    private const string DockersCapabilities =
        "+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap," +
        "+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap";

    public bool Terminal { get; init; }

    /// <summary>A process that writes to the terminal from the background is stopped.</summary>
    public bool StopsBackgroundOutput { get; init; }

    public string? Root { get; init; }
    public bool ReadOnlyRoot { get; init; }
    public int? User { get; init; }
    public IReadOnlyList<(string Name, long Value)> Limits { get; init; } = [];
    public IReadOnlyList<int> ClosedDescriptors { get; init; } = [];
    public IReadOnlyList<int> IgnoredSignals { get; init; } = [];
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Another process is PID 1.</summary>
    public bool NotFirst { get; init; }

    /// <summary>A network namespace of its own with a loopback, so that every port is free.</summary>
    public bool OwnNetwork { get; init; }

    /// <summary>
    /// A cgroup of its own, as in a container with a writable cgroup file system; inside, it is on /mnt. It has the controllers that this
    /// machine offers, which may be none: limits are tested in the virtual machine.
    /// </summary>
    public bool OwnCgroup { get; init; }

    /// <summary>No one reads stdout: once the pipe is full, every writer is blocked.</summary>
    public bool StdoutUnread { get; init; }

    public bool StderrUnread { get; init; }

    /// <summary>Without this, the launcher ends after 100 s, and its namespace with it. With it, the test has to ensure the end.</summary>
    public bool WithoutDeadline { get; init; }

    /// <summary>Another program than the init, which starts the init.</summary>
    public string? Program { get; init; }

    /// <summary>The init, as a path inside <see cref="Root"/> if there is one.</summary>
    public string Binary => Program ?? (Root is null ? Files.Binary : "/" + Path.GetFileName(Files.Binary));

    /// <summary>As root in a container of Docker, which has no CAP_SYS_PTRACE.</summary>
    public Setup WithDockersCapabilities() => this with
    {
        Program = "/usr/bin/setpriv",
        Arguments = [$"--bounding-set=-all,{DockersCapabilities}", "--inh-caps=-all", Binary, .. Arguments],
    };

    /// <summary>The arguments for <c>namespace</c>.</summary>
    public IEnumerable<string> Words()
    {
        if (Terminal)
            yield return "--pty";
        if (StopsBackgroundOutput)
            yield return "--tostop";
        if (ReadOnlyRoot)
            yield return "--read-only";
        if (NotFirst)
            yield return "--second";
        if (OwnCgroup)
            yield return "--cgroup";
        if (OwnNetwork)
            yield return "--loopback";
        foreach (var word in Pairs())
            yield return word;
        yield return "--";
        yield return Binary;
        foreach (var argument in Arguments)
            yield return argument;
    }

    private IEnumerable<string> Pairs() =>
        new[] { ("--chroot", Root), ("--uid", User?.ToString()) }
            .Concat(Limits.Select(limit => ("--limit", (string?)$"{limit.Name}={limit.Value}")))
            .Concat(ClosedDescriptors.Select(fd => ("--close", (string?)$"{fd}")))
            .Concat(IgnoredSignals.Select(number => ("--ignore", (string?)$"{number}")))
            .Where(pair => pair.Item2 is not null)
            .SelectMany(pair => new[] { pair.Item1, pair.Item2! });
}
