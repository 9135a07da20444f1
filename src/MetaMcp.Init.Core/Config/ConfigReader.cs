using System.Collections.Immutable;
using MetaMcp.Init.Core.Config.Toml;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Config;

/// <summary>
/// TOML text to <see cref="Settings"/>, with every error reported at once: bytes to text, text to a tree with positions, the tree to
/// settings by the schemas. Tables that hold defaults of others are read first, in any order in the file.
/// </summary>
public sealed class ConfigReader
{
    /// <summary>The longest file that is read; a longer one is refused.</summary>
    public const int MaxBytes = TomlText.MaxBytes;

    /// <summary>One byte more than a configuration can have: enough for the reader to report that the file is too long.</summary>
    public const int MostRead = MaxBytes + 1;

    /// <summary>Tables with a schema of their own come first, in the order in which <see cref="Home"/> asks them.</summary>
    private static readonly string[] Sections =
        ["init", "limits", "startup", "health", "shutdown", "restart", "alerts", "launch", "serve", "signals", "service", "server"];

    private readonly TomlTable root;
    private readonly Dictionary<string, string> variables;
    private readonly Problems problems;

    private ConfigReader(TomlTable root, Dictionary<string, string> variables, Problems problems) =>
        (this.root, this.variables, this.problems) = (root, variables, problems);

    /// <param name="fileName">The name in diagnostics; the file is not opened.</param>
    /// <param name="utf8">The file's bytes. For any bytes the worst result is a diagnostic.</param>
    /// <param name="variables">The variables of the environment that <see cref="Overrides"/> knows.</param>
    public static ConfigResult Read(string fileName, ReadOnlyMemory<byte> utf8, Dictionary<string, string>? variables = null)
    {
        var problems = new Problems(fileName);
        var settings = TomlText.Decode(utf8.Span, problems) is { } text
            ? new ConfigReader(TomlParser.Parse(text, problems), variables ?? [], problems).Read() : null;
        return new ConfigResult(problems.HasErrors ? null : settings, problems.Sorted())
        {
            Readable = problems.HasSyntaxErrors ? null : settings,
        };
    }

    private Settings Read()
    {
        CheckSections();
        var settings = new Settings
        {
            Init = Section("init", SectionSchemas.Init, new InitSettings()),
            Limits = Section("limits", SectionSchemas.Limits, new LimitSettings()),
            Startup = Section("startup", SectionSchemas.Startup, new StartupSettings()),
            Health = Section("health", SectionSchemas.Health, new HealthSettings()),
            Shutdown = Section("shutdown", SectionSchemas.Shutdown, new ShutdownSettings()),
            Restart = Section("restart", SectionSchemas.Restart, new RestartSettings()),
            Alerts = Section("alerts", SectionSchemas.Alerts, new AlertSettings()),
            Launch = Section("launch", SectionSchemas.Launch, new LaunchSettings()),
            Serve = Section("serve", SectionSchemas.Serve, new ServeSettings()),
        };
        CheckSettings(settings);
        // Above the file and below the command line; here, before services take these values for their own.
        settings = Overrides.Apply(settings, variables, problems);
        var services = Named("service");
        var servers = Named("server");
        var reader = new ServiceReader(settings, problems);
        var signals = Signals(settings.Shutdown, out var signalsAt);
        settings = settings with
        {
            NotInForce = NotInForce.Find(root),
            Signals = signals,
            Services = [.. services.ConvertAll(reader.Read).Select(s => settings.LifecycleEnabled ? s : Overrides.WithoutLifecycle(s))],
            Servers = [.. servers.ConvertAll(s => ServerReader.Read(s, settings, problems))],
            Origin = new SettingsOrigin
            {
                Services = [.. services.ConvertAll(ServiceReader.OriginOf)],
                Servers = [.. servers.ConvertAll(ServerReader.OriginOf)],
                Signals = signalsAt,
                LimitsMemory = At("limits", "memory", "METAMCP_MEMORY_LIMIT_MB"),
                LimitsTasks = At("limits", "tasks"),
                LimitsMaxInstances = At("limits", "max_instances", "METAMCP_MAX_PROCESSES"),
                ShutdownTimeout = At("shutdown", "timeout", "METAMCP_GRACEFUL_SHUTDOWN_TIMEOUT"),
            },
        };
        if (!settings.LifecycleEnabled)
        {
            problems.Warning(Overrides.At(Overrides.LifecycleEnabled), "is false: services run without limits, probes and restarts");
            settings = settings with
            {
                Limits = new LimitSettings { Enforce = Enforcement.Off },
                Servers = [.. settings.Servers.Select(Overrides.WithoutLifecycle)],
            };
        }
        if (!problems.HasErrors && settings is { Services: [], Servers: [] } && Find("launch") is null)
            problems.Error(root.At, "there is nothing to run: add [service.NAME] with a command, or [server.NAME] for servers to launch");
        return settings;
    }

    private void CheckSections()
    {
        foreach (var entry in root.Entries)
        {
            var name = Quoted.Text(entry.Name).Trim('"');
            if (Array.IndexOf(Sections, entry.Name) >= 0)
            {
                if (entry.Value is not TomlTable)
                    problems.Error(
                        entry.At,
                        $"\"{name}\" is a table; write [{Header(entry.Name)}] on a line of its own");
            }
            else if (entry.Value is TomlTable { Origin: TableOrigin.Header or TableOrigin.Implicit })
                problems.Error(entry.At, $"unknown table [{name}]{Suggest(entry.Name)}");
            else
                problems.Error(entry.At, $"unknown key \"{name}\" before the first table{Home(entry.Name)}");
        }
    }

    /// <summary>Services and servers have a table each.</summary>
    private static string Header(string section) => section is "service" or "server" ? $"{section}.NAME" : section;

    private static string Suggest(string name) =>
        // As near to [servce] as [serve], and in every file.
        Suggestion.Nearest(name, ["service", .. Sections]) is { } nearest ? $"; did you mean [{Header(nearest)}]?"
            : $"; there are {string.Join(", ", Sections)}";

    /// <summary>Which table a key at the top would belong to.</summary>
    private static string Home(string key)
    {
        IEnumerable<string>[] homes =
        [
            SectionSchemas.Init.Names, SectionSchemas.Limits.Names, SectionSchemas.Startup.Names, SectionSchemas.Health.Names,
            SectionSchemas.Shutdown.Names, SectionSchemas.Restart.Names, SectionSchemas.Alerts.Names, SectionSchemas.Launch.Names,
            SectionSchemas.Serve.Names,
        ];
        var home = Array.FindIndex(homes, names => names.Contains(key));
        return home < 0 ? "" : $"; it belongs under [{Sections[home]}]";
    }

    private void CheckSettings(Settings settings)
    {
        var limits = settings.Limits;
        if (limits.MemoryWarning >= limits.MemoryCritical)
            problems.Error(
                FirstOf("limits", "memory_warning", "memory_critical"),
                $"memory_warning, {limits.MemoryWarning}, must be below memory_critical, {limits.MemoryCritical}");
        ServeReader.CheckPlace(settings.Serve, settings.Init.RuntimeDirectory, At("serve", "listen"), problems);
        ServiceRules.CheckBackoff(settings.Restart.Backoff, At("restart", "backoff"), given: true, problems);
    }

    private ImmutableArray<ForwardedSignal> Signals(ShutdownSettings shutdown, out SourcePosition[] positions)
    {
        List<ForwardedSignal> signals = [];
        List<TomlEntry> entries = [];
        foreach (var entry in Find("signals")?.Entries ?? [])
        {
            var value = new ValueReader(entry.Name, entry.Value, problems);
            if (!Signal.TryParse(entry.Name, out var signal))
                problems.Error(
                    entry.At,
                    $"{Quoted.Text(entry.Name)} is no signal; write SIGUSR2 = \"backend\", with the name of the service it goes to");
            else if (shutdown.IsStop(signal))
                problems.Error(entry.At,
                    $"{signal} begins the shutdown ([shutdown] signals) and cannot be passed on as well; take it out of one of the two");
            else if (SignalRules.IsOutOfReach(signal) || SignalRules.IsOwn(signal))
                problems.Error(entry.At, $"{signal} cannot be passed on: mcp-init, the kernel or the runtime has its own use for it");
            else if (signals.Exists(s => s.Signal == signal))
                problems.Error(entry.At, $"{signal} is given twice");
            else if (value.Text("backend") is { } service)
            {
                signals.Add(new ForwardedSignal(signal, service));
                entries.Add(entry);
            }
        }
        positions = Array.ConvertAll(entries.ToArray(), e => e.Value.At);
        return [.. signals];
    }

    private List<NamedTable> Named(string section)
    {
        List<NamedTable> tables = [];
        foreach (var entry in Find(section)?.Entries ?? [])
        {
            if (entry.Value is not TomlTable table)
            {
                problems.Error(entry.At, $"{Quoted.Text(entry.Name)} needs a {section} it belongs to; write [{section}.NAME] above it");
                continue;
            }
            if (!ValueKinds.IsName(entry.Name))
                problems.Error(
                    entry.At,
                    $"{Quoted.Text(entry.Name)} cannot name a {section}: it takes up to 64 letters, digits, \"-\", \"_\", \".\" and " +
                    "\"@\", does not begin with \"-\", and is not \"mcp-init\"");
            else if (entry.Name == ServeSettings.ServiceName)
                problems.Error(entry.At, $"{entry.Name} is the name of the service that [serve] is; write another name");
            tables.Add(new NamedTable(entry, table));
        }
        return tables;
    }

    private T Section<T>(string name, TableSchema<T> schema, T start)
        where T : class =>
        Find(name) is { } table ? schema.Read(start, table, $"[{name}]", problems) : start;

    private TomlTable? Find(string section) => root.Find(section)?.Value as TomlTable;

    private SourcePosition At(string section, string key, string variable) =>
        Overrides.IsSet(variables, variable) ? Overrides.At(variable) : At(section, key);

    private SourcePosition At(string section, string key) => Find(section)?.Find(key)?.Value.At ?? default;

    private SourcePosition FirstOf(string section, string key, string other) =>
        At(section, key) is { Line: > 0 } at ? at : At(section, other);
}
