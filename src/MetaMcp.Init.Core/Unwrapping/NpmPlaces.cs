namespace MetaMcp.Init.Core.Unwrapping;

/// <summary>The directories in which npx looks, and the settings that it would have read on its way; or why they are not clear.</summary>
internal sealed class NpmPlaces
{
    /// <summary>Settings that change what npx starts, or how.</summary>
    private static readonly string[] Changing =
    [
        "call", "package", "script-shell", "node-options", "workspace", "workspaces", "include-workspace-root", "global",
    ];

    /// <summary>Those that may be off. An empty one in a file is on.</summary>
    private static readonly string[] Switches = ["workspaces", "include-workspace-root", "global"];

    /// <summary>A problem, if the places are not clear.</summary>
    public string? Problem { get; private init; }

    public NpmSettings Settings { get; private init; } = null!;

    /// <summary>The directory of npm's own package.</summary>
    public string Npm { get; private init; } = "";

    public string Node { get; private init; } = "";

    public string Home { get; private init; } = "";

    /// <summary>The first directory upward with a package.json or node_modules; else the current one.</summary>
    public string Local { get; private init; } = "";

    public PackageFile? LocalPackage { get; private init; }

    /// <summary>Global programs are in its <c>bin</c>, global packages in its <c>lib/node_modules</c>.</summary>
    public string Global { get; private init; } = "";

    public string Cache { get; private init; } = "";

    public string NoProxy { get; private init; } = "";

    public string UserFile { get; private init; } = "";

    public string GlobalFile { get; private init; } = "";

    public static NpmPlaces Find(UnwrapRequest request, FileFacts files)
    {
        const string Launcher = "/bin/npx-cli.js";
        if (files.Real(request.Program) is not { } real || !real.EndsWith(Launcher, StringComparison.Ordinal))
            return Unclear("npx is not npm's own program");
        if (request.Variable("HOME") is not { } home || home[0] != '/')
            return Unclear("HOME is not set, so npm's directories are not known");
        if (request.Variable("PREFIX") is not null || request.Variable("DESTDIR") is not null)
            return Unclear("PREFIX or DESTDIR is set, which moves npm's directories");
        if (NodeOf(request, files) is not { } node)
            return Unclear("node is not in PATH");

        var settings = new NpmSettings(request.Variables);
        if (LocalOf(request.Directory, files, out var package) is not { } local)
            return Unclear("a package.json above has workspaces");
        // In the home directory, the file of the project is that of the user.
        if ($"{local}/.npmrc" != (Path(settings.Find("userconfig"), home) ?? $"{home}/.npmrc"))
            settings.Add(files, $"{local}/.npmrc");
        var userFile = Path(settings.Find("userconfig"), home) ?? $"{home}/.npmrc";
        settings.Add(files, userFile);
        var npm = real[..^Launcher.Length];
        // The file of the whole system is in the directory that the files before it may have moved, and npm's own file may name both.
        var own = new NpmSettings(new Dictionary<string, string>());
        own.Add(files, $"{npm}/npmrc");
        var global = Path(settings.Find("prefix") ?? own.Find("prefix"), home) ?? Parent(Parent(node));
        var globalFile = Path(settings.Find("globalconfig") ?? own.Find("globalconfig"), home) ?? $"{global}/etc/npmrc";
        settings.Add(files, globalFile);
        settings.Add(files, $"{npm}/npmrc");
        if (settings.Problem is { } unread)
            return Unclear(unread);
        foreach (var key in Changing)
            if (settings.Find(key) is { } value && !(value is "false" or "null" && Switches.Contains(key)))
                return Unclear($"npm's setting {key} is given");
        foreach (var key in (ReadOnlySpan<string>)["cache", "prefix", "globalconfig", "userconfig"])
            if (settings.Find(key) is { } value && Path(value, home) is null)
                return Unclear($"npm's setting {key} is no absolute path");
        if (settings.Find("location") is not (null or "user" or "project"))
            return Unclear("npm's setting location is given");
        if (Path(settings.Find("prefix"), home) is { } moved && moved != global)
            return Unclear("npm's setting prefix is given twice");
        return new NpmPlaces
        {
            Settings = settings,
            Npm = npm,
            Node = node,
            Home = home,
            Local = local,
            LocalPackage = package,
            Global = global,
            Cache = Path(settings.Find("cache"), home) ?? $"{home}/.npm",
            NoProxy = settings.Find("noproxy") ?? request.Variable("NO_PROXY") ?? request.Variable("no_proxy") ?? "",
            UserFile = userFile,
            GlobalFile = globalFile,
        };
    }

    /// <summary>The directory above; "/" above the first.</summary>
    public static string Parent(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "/";

    private static NpmPlaces Unclear(string problem) => new() { Problem = problem };

    private static string? NodeOf(UnwrapRequest request, FileFacts files)
    {
        foreach (var directory in (request.Variable("PATH") ?? "").Split(':'))
            if (directory.StartsWith('/') && files.IsProgram($"{directory}/node"))
                return files.Real($"{directory}/node");
        return null;
    }

    /// <returns>Null if a package.json on the way has workspaces: the project could be one of them.</returns>
    private static string? LocalOf(string directory, FileFacts files, out PackageFile? package)
    {
        string? local = null;
        package = null;
        for (var at = directory; ; at = Parent(at))
        {
            var inside = at == "/" ? "" : at;
            var read = files.Read($"{inside}/package.json");
            var found = read is null ? null : PackageFile.Read(read);
            if (found is { HasWorkspaces: true })
                return null;
            if (local is null && (read is not null || files.Exists($"{inside}/node_modules")))
                (local, package) = (at, found);
            if (at == "/")
                return local ?? directory;
        }
    }

    /// <summary>As npm reads a path; null for none, or for one that is not clear.</summary>
    private static string? Path(string? value, string home) => value switch
    {
        null or "" => null,
        ['~', '/', .. var rest] => $"{home}/{rest}",
        ['/', ..] when NpmSettings.IsPlain(value) => value.Length > 1 ? value.TrimEnd('/') : value,
        _ => null,
    };
}
