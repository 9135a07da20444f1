using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Config;

public sealed class ConfigReaderTests
{
    /// <summary>Every table and most keys, as the documentation shows them.</summary>
    private const string Whole =
        """
        [init]
        log_format   = "json"
        log_level    = "warning"
        log_time     = "elapsed"
        runtime_dir  = "/run/elsewhere"  # control socket, shims
        orphans      = "report"
        orphan_grace = "11s"
        exit_when    = "all-exit"

        [limits]
        memory        = "4GiB"
        max_instances = 15
        max_per_type  = 3
        tasks         = 512
        memory_warning  = 70
        memory_critical = 91
        disk            = ["/", "/data"]
        disk_warning    = 86
        enforce = "require"

        [startup]
        timeout = "61s"
        retries = 4
        [health]
        interval = "31s"
        timeout  = "11s"
        retries  = 4
        unhealthy_after = "4m"
        [shutdown]
        timeout        = "32s"
        term_timeout   = "12s"
        max_concurrent = 6
        retries        = 5
        signals        = ["SIGTERM", "winch", 3]
        [restart]
        policy  = "always"
        backoff = { initial = "2s", factor = 3, max = "40s", jitter = 0.2, reset_after = "2m" }
        breaker = { failures = 6, window = "6m", open_for = "2m" }
        [alerts]
        enabled = false
        window  = "11m"
        command = ["/usr/local/bin/notify"]

        [service.migrate]
        type = "oneshot"
        command = ["pnpm", "drizzle-kit", "migrate"]

        [service.backend]
        command    = ["node", "dist/index.js"]
        depends_on = ["migrate"]
        required   = true
        user = "node"
        group = 1001
        supplementary_groups = ["audio", 44]
        working_dir = "/app/apps/backend"
        environment = { PORT = "12009", EMPTY = "" }
        environment_file = "-/etc/backend.env"
        clear_environment = true
        memory_max = "1GiB"
        memory_high = "900MB"
        swap_max = "64MiB"
        tasks_max  = 256
        cpu_max    = 1.5                 # cores
        cpu_weight = 200
        oom_group = false
        probe = { http = "http://127.0.0.1:12009/health", interval = "15s", start_period = "20s" }
        stop_signal  = "SIGRTMIN+3"
        stop_timeout = "15s"
        stop_command = ["/bin/drain"]
        kill_signal = "SIGABRT"
        start_timeout = "1m30s"
        umask = "0027"
        nice = -5
        oom_score_adjust = -100
        rlimits = { nofile = 1024, core = 0, nproc = "512:1024", memlock = "64MiB", stack = "8MiB:unlimited" }
        no_new_privileges = false
        capabilities = ["CAP_NET_ADMIN", "net_bind_service"]
        success_exit_codes = [3, 143]
        log = "json"
        log_rate_limit = { burst = 50, rate = "600/m" }
        restart = { policy = "never", backoff.max = "50s" }

        [service.frontend]
        command = ["pnpm", "start"]
        after = ["backend"]
        restart_with = ["backend"]
        restart = "on-failure"
        ready = "notify-fd"
        notify_fd = 5
        log_rate_limit = "off"
        stdin = "inherit"
        [service.frontend.probe]
        tcp = "[::1]:12008"

        [server.desktop-commander]
        command = ["npx", "-y", "@wonderwhy-er/desktop-commander"]
        max_instances = 3
        on_limit = "replace-idle"
        memory_max = "500MiB"
        tasks_max  = 128
        idle_timeout = "10m"
        match = ["@wonderwhy-er/desktop-commander", "dc"]
        unwrap = false
        close_grace = "6s"
        allow = ["backend", "frontend"]

        [server.memory]
        shim = "exec"

        [launch]
        intercept = ["npx", "uvx"]
        unknown = "refuse"
        max_starting = 5

        [signals]
        SIGUSR2 = "backend"
        """;

    private static readonly Settings Read = Good(Whole);

    [Fact]
    public void The_tables_there_is_one_of_are_read()
    {
        Assert.Equal(
            new InitSettings
            {
                LogFormat = LogFormat.Json, LogLevel = LogLevelSetting.Warning, LogTime = LogTime.Elapsed,
                    RuntimeDirectory = "/run/elsewhere",
                Orphans = OrphanPolicy.Report, OrphanGrace = Seconds(11), ExitWhen = ExitRule.AllExit,
            },
            Read.Init);
        Assert.Equal(
            new LimitSettings
            {
                Memory = new ByteSize(4L << 30), MaxInstances = 15, MaxPerType = 3, Tasks = 512, MemoryWarning = 70,
                MemoryCritical = 91, DiskWarning = 86, Enforce = Enforcement.Require,
            },
            Read.Limits with { Disk = [] });
        Assert.Equal(["/", "/data"], Read.Limits.Disk);
        Assert.Equal(new StartupSettings { Timeout = Seconds(61), Retries = 4 }, Read.Startup);
        Assert.Equal(
            new HealthSettings { Interval = Seconds(31), Timeout = Seconds(11), Retries = 4, UnhealthyAfter = Seconds(240) },
            Read.Health);
        Assert.Equal(
            new ShutdownSettings { Timeout = Seconds(32), TermTimeout = Seconds(12), MaxConcurrent = 6, Retries = 5 },
            Read.Shutdown with { Signals = ShutdownSettings.DefaultSignals });
        Assert.Equal([Signal.Term, Signal.Winch, Signal.Quit], Read.Shutdown.Signals);
        Assert.Equal(
            new RestartSettings
            {
                Policy = RestartPolicy.Always,
                Backoff = new() { Initial = Seconds(2), Factor = 3, Max = Seconds(40), Jitter = 0.2, ResetAfter = Seconds(120) },
                Breaker = new() { Failures = 6, Window = Seconds(360), OpenFor = Seconds(120) },
            },
            Read.Restart);
        Assert.False(Read.Alerts.Enabled);
        Assert.Equal(Seconds(660), Read.Alerts.Window);
        Assert.Equal(["/usr/local/bin/notify"], Read.Alerts.Command);
        Assert.Equal(["npx", "uvx"], Read.Launch.Intercept);
        Assert.Equal((UnknownServers.Refuse, 5), (Read.Launch.Unknown, Read.Launch.MaxStarting));
        Assert.Equal([new ForwardedSignal(SignalOf("SIGUSR2"), "backend")], Read.Signals);
    }

    [Fact]
    public void A_service_is_read_with_every_attribute()
    {
        var backend = Read.Services[1];
        Assert.Equal("backend", backend.Name);
        Assert.Equal(["node", "dist/index.js"], backend.Command);
        Assert.Equal(["migrate"], backend.DependsOn);
        Assert.True(backend.Required);
        Assert.Equal(SignalOf("SIGRTMIN+3"), backend.StopSignal);
        Assert.Equal(SignalOf("SIGABRT"), backend.KillSignal);
        Assert.Equal(Seconds(15), backend.StopTimeout);
        Assert.Equal(Seconds(90), backend.StartTimeout);
        Assert.Equal(["/bin/drain"], backend.StopCommand);
        Assert.Equal([3, 143], backend.SuccessExitCodes);
        Assert.Equal(OutputMode.Json, backend.Log);
        Assert.Equal(new LineRate(600, Seconds(60)) { Burst = 50 }, backend.LogRateLimit);
        Assert.Equal("-/etc/backend.env", backend.EnvironmentFile);
        Assert.True(backend.ClearEnvironment);
        Assert.Equal([new("EMPTY", ""), new("PORT", "12009")], backend.Environment);
        Assert.Equal(
            new CgroupLimits
            {
                MemoryMax = new ByteSize(1L << 30), MemoryHigh = new ByteSize(900_000_000), SwapMax = new ByteSize(64L << 20),
                TasksMax = 256, CpuMax = 1.5, CpuWeight = 200, OomGroup = false,
            },
            backend.Limits);
    }

    [Fact]
    public void The_attributes_of_a_process_are_read()
    {
        var attributes = Read.Services[1].Attributes;
        Assert.Equal("node", attributes.User);
        Assert.Equal("1001", attributes.Group);
        Assert.Equal(["audio", "44"], attributes.SupplementaryGroups);
        Assert.Equal("/app/apps/backend", attributes.WorkingDirectory);
        Assert.Equal(0x17, attributes.Umask);
        Assert.Equal(-5, attributes.Nice);
        Assert.Equal(-100, attributes.OomScoreAdjust);
        Assert.False(attributes.NoNewPrivileges);
        Assert.Equal(["net_admin", "net_bind_service"], attributes.Capabilities);
        Assert.Equal(
            [
                new ResourceLimit("nofile", 1024, 1024), new("core", 0, 0), new("nproc", 512, 1024),
                new("memlock", 64 << 20, 64 << 20), new("stack", 8 << 20, null),
            ],
            attributes.ResourceLimits);
    }

    [Fact]
    public void A_probe_falls_back_to_health_key_by_key()
    {
        Assert.Equal(
            new ProbeSettings
            {
                Target = new ProbeTarget.Http("http://127.0.0.1:12009/health"),
                Interval = Seconds(15), Timeout = Seconds(11), Retries = 4, StartPeriod = Seconds(20), UnhealthyAfter = Seconds(240),
            },
            Read.Services[1].Probe);
        Assert.Equal(
            new ProbeSettings { Target = new ProbeTarget.Tcp("[::1]:12008"), Interval = Seconds(31), Timeout = Seconds(11), Retries = 4,
                UnhealthyAfter = Seconds(240) },
            Read.Services[2].Probe);
    }

    [Fact]
    public void A_probe_may_ask_an_mcp_server()
    {
        var read =
            ConfigReader.Read("f.toml",
            "[service.a]\ncommand = [\"x\"]\nprobe = { mcp = \"http://127.0.0.1:3001/mcp\", interval = \"15s\" }\n"u8.ToArray());
        Assert.Equal(new ProbeTarget.Mcp("http://127.0.0.1:3001/mcp"), read.Settings!.Services[0].Probe!.Target);
    }

    [Fact]
    public void Restart_falls_back_key_by_key_too()
    {
        Assert.Equal(
            Read.Restart with { Policy = RestartPolicy.Never, Backoff = Read.Restart.Backoff with { Max = Seconds(50) } },
            Read.Services[1].Restart);
        Assert.Equal(Read.Restart with { Policy = RestartPolicy.OnFailure }, Read.Services[2].Restart);
    }

    [Fact]
    public void A_oneshot_does_not_inherit_always() =>
        Assert.Equal(Read.Restart with { Policy = RestartPolicy.OnFailure }, Read.Services[0].Restart);

    [Fact]
    public void Timeouts_not_given_come_from_the_phases_wherever_these_stand()
    {
        var service = Good("[service.a]\ncommand = [\"x\"]\n[shutdown]\nterm_timeout = \"3s\"\n[startup]\ntimeout = \"7s\"\n").Services[0];
        Assert.Equal(Seconds(3), service.StopTimeout);
        Assert.Equal(Seconds(7), service.StartTimeout);
    }

    [Fact]
    public void Ready_is_by_the_probe_where_there_is_one()
    {
        Assert.Equal([ReadyRule.Started, ReadyRule.Probe, ReadyRule.NotifyFd], Read.Services.Select(s => s.Ready));
        Assert.Equal(5, Read.Services[2].NotifyFd);
        Assert.Null(Read.Services[2].LogRateLimit);
        Assert.Equal(StdinMode.Inherit, Read.Services[2].Stdin);
        Assert.Equal(["backend"], Read.Services[2].RestartWith);
    }

    [Fact]
    public void A_server_is_read()
    {
        var server = Read.Servers[0];
        Assert.Equal("desktop-commander", server.Name);
        Assert.Equal(["npx", "-y", "@wonderwhy-er/desktop-commander"], server.Command);
        Assert.Equal(3, server.MaxInstances);
        Assert.Equal(LimitAction.ReplaceIdle, server.OnLimit);
        Assert.Equal(["@wonderwhy-er/desktop-commander", "dc"], server.Match);
        Assert.False(server.Unwrap);
        Assert.Equal((2, ShimMode.Exec), (Read.Servers.Length, Read.Servers[1].Shim));
        Assert.Equal(Seconds(600), server.IdleTimeout);
        Assert.Equal(Seconds(6), server.CloseGrace);
        Assert.Equal(["backend", "frontend"], server.Allow!.Value);
        Assert.Equal(new CgroupLimits { MemoryMax = new ByteSize(500L << 20), TasksMax = 128 }, server.Limits);
    }

    [Fact]
    public void The_least_there_can_be_has_every_default()
    {
        var settings = Good("[service.a]\ncommand = [\"x\"]\n");
        Assert.Equal(new InitSettings(), settings.Init);
        Assert.Equal(new LimitSettings(), settings.Limits);
        var service = settings.Services[0];
        Assert.Equal(new RestartSettings(), service.Restart);
        Assert.Equal(ProcessAttributes.None with { NoNewPrivileges = true }, service.Attributes);
        Assert.Equal(Signal.Term, service.StopSignal);
        Assert.Equal(OutputMode.Prefix, service.Log);
        Assert.Equal(StdinMode.Null, service.Stdin);
        Assert.Equal(new LineRate(1000, Seconds(1)) { Burst = 10_000 }, service.LogRateLimit);
    }

    [Fact]
    public void Services_keep_the_order_of_the_file()
    {
        var names = Enumerable.Range(0, 50).Select(i => $"s{i * 7 % 50}").ToList();
        Assert.Equal(names, Good(string.Concat(names.Select(n => $"[service.{n}]\ncommand = [\"x\"]\n"))).Services.Select(s => s.Name));
    }

    [Theory]
    [InlineData("\ufeff[service.a]\ncommand = [\"x\"]")]
    [InlineData("[service.a]\r\ncommand = [\"x\"]\r\n")]
    [InlineData("service.a.command = ['x']")]
    [InlineData("service = { a = { command = ['x'] } }")]
    [InlineData("[service]\na.command = ['x']")]
    [InlineData("[service.a]\ncommand = [ # why\n\n  'x', # which\n]")]
    [InlineData("[service.\"a\"]\n'command' = [\"\"\"x\"\"\"]")]
    [InlineData("[service.a]\n[service]\n[startup]\n[service.a.probe]\ntcp='h:1'\n", false)]
    public void Toml_is_read_in_whatever_way_it_is_written(string text, bool isGood = true) =>
        Assert.Equal(isGood, ConfigReader.Read("f", Encoding.UTF8.GetBytes(text)).Settings?.Services is [{ Name: "a", Command: ["x"] }]);

    private static Settings Good(string text)
    {
        var result = ConfigReader.Read("f.toml", Encoding.UTF8.GetBytes(text));
        Assert.Empty(result.Diagnostics);
        return result.Settings!;
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static Signal SignalOf(string name) => Signal.TryParse(name, out var signal) ? signal : throw new ArgumentException(name);
}
