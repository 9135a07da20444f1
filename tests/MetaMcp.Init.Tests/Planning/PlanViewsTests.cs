using System.Text;
using System.Text.Json;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Planning;

namespace MetaMcp.Init.Tests.Planning;

public sealed class PlanViewsTests
{
    private static readonly Plan Plan = Core.Planning.Plan.Of(ConfigReader.Read(
        "f.toml",
        """
        [limits]
        memory = "4GiB"
        tasks = 512
        [shutdown]
        timeout = "50s"

        [service.migrate]
        type = "oneshot"
        required = true
        command = ["pnpm", "drizzle-kit", "migrate"]

        [service.memory]
        command = ["npx", "server-memory"]
        ready = "notify-fd"
        memory_max = "300MiB"

        [service.backend]
        command = ["node", "dist/index.js"]
        depends_on = ["migrate"]
        after = ["memory"]
        required = true
        user = "node"
        environment = { TOKEN = "hunter2" }
        memory_max = "1GiB"
        tasks_max = 256
        cpu_max = 1.5
        probe = { http = "http://127.0.0.1:12009/health", interval = "15s" }
        stop_timeout = "15s"

        [service.frontend]
        command = ["pnpm", "start"]
        depends_on = ["backend"]
        restart = "never"
        stop_timeout = "20s"
        stop_command = ["/bin/drain"]

        [server.desktop-commander]
        command = ["npx", "-y", "@wonderwhy-er/desktop-commander"]
        max_instances = 3
        memory_max = "500MiB"
        idle_timeout = "10m"
        """u8.ToArray())).Plan!;

    [Fact]
    public void The_page_says_what_starts_and_stops_when_with_limits_and_timeouts() => Assert.Equal(
        """
        f.toml: 4 services in 3 waves, 1 server to launch

        START   each as soon as its dependencies are there; all within 1m, failures tried 2 times more

                                          within
          1  migrate   oneshot, required  1m      done when it succeeds
             memory                       1m      ready when it writes to fd 3
          2  backend   required           1m      ready when http://127.0.0.1:12009/health answers; needs migrate; after memory
          3  frontend                     1m      ready when started; needs backend

        STOP    on SIGTERM, SIGINT, SIGQUIT, SIGRTMIN+3: each as soon as its dependents are gone; all within 50s, then SIGKILL to the rest

          1  frontend  drain, then SIGTERM, SIGKILL after 20s
          2  backend   SIGTERM, SIGKILL after 15s
          3  migrate   SIGTERM, SIGKILL after 10s, if it still runs
             memory    SIGTERM, SIGKILL after 10s

          the longest chain: frontend → backend → memory, up to 45s

          "docker stop" waits 10s by default; give it longer than the 50s above:
          docker run --stop-timeout 51, stop_grace_period: 51s in Compose, terminationGracePeriodSeconds: 51 in Kubernetes

        LIMITS  all together: memory 4GiB, 512 tasks; by the kernel in cgroup workload/NAME where the container permits it, else by sampling

                    memory  swap  tasks  cpu  user
          migrate   –       0     –      –    as mcp-init
          memory    300MiB  0     –      –    as mcp-init
          backend   1GiB    0     256    1.5  node
          frontend  –       0     –      –    as mcp-init

          no_new_privileges: sudo, su and other set-uid programs, and file capabilities, give no privilege

        RESTART of services that end while everything runs

          on-failure  migrate, memory, backend  after 1s, then longer, up to 30s; 5 failures in 5m: a pause of 1m
          never       frontend

        SERVERS started by "mcp-init launch"; 4 starting at one time

                             memory  swap  tasks  cpu  user           at once         idle  shim   unwrap  packages
          desktop-commander  500MiB  0     –      –    as its client  3, then refuse  10m   guard  yes     @wonderwhy-er/desktop-commander
          (any other)        –       0     –      –    as its client  any number      –     guard  yes     –

                             command                                stdin closed    stopped by
          desktop-commander  npx @wonderwhy-er/desktop-commander …  ended after 5s  SIGTERM, SIGKILL after 10s
          (any other)        as launch gives it                     ended after 5s  SIGTERM, SIGKILL after 10s

          each other name is a type of its own; max_instances of [limits] would limit all of them together

          nothing is intercepted through PATH: npx and uvx of a service start as they are written ([launch] intercept), but for the links
          of an image that "mcp-init intercept --install" made, which need no intercept

        """,
        PlanText.Render(Plan, "f.toml"));

    [Fact]
    public void Services_that_may_gain_privileges_and_the_one_with_stdin_are_named()
    {
        var plan = Core.Planning.Plan.Of(ConfigReader.Read(
            "f",
            """
            [service.a]
            command = ["x"]
            no_new_privileges = false
            [service.b]
            command = ["x"]
            stdin = "inherit"
            """u8.ToArray())).Plan!;
        var page = PlanText.Render(plan, "f");
        Assert.Contains("file capabilities, give no privilege but in a\n", page, StringComparison.Ordinal);
        Assert.Contains("ready when started; has stdin\n", page, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(PlanJson.Render(plan, "f").ToArray());
        var services = document.RootElement.GetProperty("services").EnumerateArray().ToList();
        Assert.Equal([false, true], services.Select(s => s.GetProperty("no_new_privileges").GetBoolean()));
        Assert.Equal(["null", "inherit"], services.Select(s => s.GetProperty("stdin").GetString()));
    }

    [Fact]
    public void The_page_of_a_short_plan_is_short()
    {
        var plan = Core.Planning.Plan.Of(ConfigReader.Read(
            "f", "[service.a]\ncommand = [\"x\"]\n[shutdown]\ntimeout = \"10s\"\n"u8.ToArray())).Plan!;
        var page = PlanText.Render(plan, "f");
        Assert.StartsWith("f: 1 service\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("docker", page, StringComparison.Ordinal);
        Assert.DoesNotContain("longest", page, StringComparison.Ordinal);
        Assert.DoesNotContain("SERVERS", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Servers_alone_are_a_plan_and_it_says_what_is_intercepted()
    {
        var plan = Core.Planning.Plan.Of(ConfigReader.Read(
            "f",
            """
            [limits]
            max_per_type = 2
            [launch]
            intercept = ["npx", "uvx"]
            unknown = "refuse"
            max_starting = 7
            [server.a]
            command = ["uvx", "server-a"]
            unwrap = false
            allow = []
            """u8.ToArray())).Plan!;
        const string Rest = "SIGKILL to the rest";
        Assert.Equal(
            $"""
            f: no service, 1 server to launch

            STOP    on SIGTERM, SIGINT, SIGQUIT, SIGRTMIN+3: each as soon as its dependents are gone; all within 30s, then {Rest}

              "docker stop" waits 10s by default; give it longer than the 30s above:
              docker run --stop-timeout 31, stop_grace_period: 31s in Compose, terminationGracePeriodSeconds: 31 in Kubernetes

            LIMITS  all together: 2 of a type; by the kernel in cgroup workload/NAME where the container permits it, else by sampling

            SERVERS started by "mcp-init launch", or by npx and uvx of a service; 7 starting at one time

                 memory  swap  tasks  cpu  user           at once         idle  shim   unwrap  packages
              a  –       0     –      –    as its client  2, then refuse  –     guard  no      server-a

                 command       stdin closed    stopped by
              a  uvx server-a  ended after 5s  SIGTERM, SIGKILL after 10s

              a is launched for no service

              any other server is refused

              intercepted: npx, uvx, through /run/mcp-init/shims, first in the PATH of services

            """,
            PlanText.Render(plan, "f"));
        using var document = JsonDocument.Parse(PlanJson.Render(plan, "f").ToArray());
        Assert.Equal(
            """{"intercept":["npx","uvx"],"unknown":"refuse","max_starting":7}""", Compact(document.RootElement.GetProperty("launch")));
        var server = document.RootElement.GetProperty("servers")[0];
        Assert.Equal("""["server-a"]""", Compact(server.GetProperty("match")));
        Assert.False(server.GetProperty("unwrap").GetBoolean());
        Assert.Equal("[]", Compact(server.GetProperty("allow")));
    }

    [Theory]
    [InlineData("['npx', '-y', '@s/p@1.2', '--token', 'hunter2']", "npx @s/p@1.2 …")]
    [InlineData("['npx', 'p']", "npx p")]
    [InlineData("['env', 'TOKEN=hunter2', 'uvx', 'p']", "env p …")]
    [InlineData("['sh', '-c', 'exec npx -y p --token hunter2']", "sh p …")]
    [InlineData("['uvx', '--from', 'git+https://u:hunter2@h/p', 'p']", "uvx …")]
    [InlineData("['npx', 'https://u:hunter2@h/p.tgz']", "npx …")]
    [InlineData("['node', 'index.js', 'hunter2']", "node …")]
    [InlineData("['/usr/bin/server']", "/usr/bin/server")]
    public void Of_a_servers_command_the_program_and_the_package_are_shown(string command, string shown)
    {
        var plan = Core.Planning.Plan.Of(ConfigReader.Read("f", Encoding.UTF8.GetBytes(
            $"[server.s]\ncommand = {command}\nstop_signal = 'SIGINT'\nstop_timeout = '7s'\nclose_grace = '3s'\n"))).Plan!;
        var page = PlanText.Render(plan, "f");
        Assert.Matches($"\n  s  +{System.Text.RegularExpressions.Regex.Escape(shown)}  +ended after 3s  SIGINT, SIGKILL after 7s\n", page);
        Assert.DoesNotContain("hunter2", page, StringComparison.Ordinal);
        var json = Encoding.UTF8.GetString(PlanJson.Render(plan, "f"));
        Assert.DoesNotContain("hunter2", json, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(json);
        var server = document.RootElement.GetProperty("servers")[0];
        Assert.Equal(shown, string.Join(' ', server.GetProperty("command").EnumerateArray().Select(w => w.GetString())));
        Assert.Equal(3000, server.GetProperty("close_grace_ms").GetInt32());
        Assert.Equal(7000, server.GetProperty("stop_timeout_ms").GetInt32());
        Assert.Equal("SIGINT", server.GetProperty("stop_signal").GetString());
    }

    [Fact]
    public void A_server_without_a_guard_has_no_grace()
    {
        var plan = Core.Planning.Plan.Of(ConfigReader.Read("f", "[server.s]\nshim = 'exec'\n"u8.ToArray())).Plan!;
        Assert.Contains("  s            as launch gives it  –               SIGTERM", PlanText.Render(plan, "f"), StringComparison.Ordinal);
        using var document = JsonDocument.Parse(PlanJson.Render(plan, "f").ToArray());
        Assert.False(document.RootElement.GetProperty("servers")[0].TryGetProperty("close_grace_ms", out _));
    }

    [Theory]
    [InlineData("[service.a]\ncommand = ['x']\n", "1 service")]
    [InlineData("[service.a]\ncommand = ['x']\n[server.b]\n[server.c]\n", "1 service, 2 servers to launch")]
    [InlineData("[server.b]\n", "no service, 1 server to launch")]
    [InlineData("[launch]\n", "no service, 0 servers to launch")]
    public void Services_and_servers_are_counted(string file, string expected) => Assert.Equal(
        expected, PlanText.Things(Core.Planning.Plan.Of(ConfigReader.Read("f", Encoding.UTF8.GetBytes(file))).Plan!));

    [Theory]
    [InlineData("", true)]
    [InlineData("[limits]\nmax_per_type = 3\n", true)]
    [InlineData("[limits]\nmax_instances = 9\n", false)]
    [InlineData("[launch]\nunknown = 'refuse'\n", false)]
    public void It_is_said_where_nothing_limits_all_invented_names_together(string tables, bool isSaid)
    {
        var file = System.Text.Encoding.UTF8.GetBytes($"{tables}[server.a]\n");
        var page = PlanText.Render(Core.Planning.Plan.Of(ConfigReader.Read("f", file)).Plan!, "f");
        Assert.Equal(isSaid, page.Contains("each other name is a type of its own", StringComparison.Ordinal));
    }

    [Fact]
    public void The_services_that_may_launch_a_server_are_named()
    {
        var plan = Core.Planning.Plan.Of(ConfigReader.Read(
            "f",
            """
            [service.a]
            command = ["x"]
            [service.b]
            command = ["x"]
            [server.s]
            allow = ["a", "b"]
            [server.t]
            """u8.ToArray())).Plan!;
        Assert.Contains("\n\n  s is launched for a, b only\n\n", PlanText.Render(plan, "f"), StringComparison.Ordinal);
        using var document = JsonDocument.Parse(PlanJson.Render(plan, "f").ToArray());
        var servers = document.RootElement.GetProperty("servers");
        Assert.Equal("""["a","b"]""", Compact(servers[0].GetProperty("allow")));
        Assert.False(servers[1].TryGetProperty("allow", out _));
    }

    [Theory]
    [InlineData("true", "  disks /, /data: a warning from 85 % on")]
    [InlineData("false", "  disks /, /data: not watched, since METAMCP_RESOURCE_MONITORING is false")]
    public void The_disks_that_are_watched_stand_below_the_limits(string monitoring, string line)
    {
        var file = "[limits]\ndisk = ['/', '/data']\n[service.a]\ncommand = ['x']\n"u8.ToArray();
        var variables = new Dictionary<string, string> { ["METAMCP_RESOURCE_MONITORING"] = monitoring };
        var plan = Core.Planning.Plan.Of(ConfigReader.Read("f", file, variables)).Plan!;
        Assert.Contains($"by sampling\n{line}\n\n", PlanText.Render(plan, "f"), StringComparison.Ordinal);
        using var document = JsonDocument.Parse(PlanJson.Render(plan, "f").ToArray());
        var limits = document.RootElement.GetProperty("limits");
        Assert.Equal("""["/","/data"]""", Compact(limits.GetProperty("disk")));
        Assert.Equal(85, limits.GetProperty("disk_warning").GetInt32());
        Assert.Equal(monitoring, Compact(limits.GetProperty("monitoring")));
        Assert.DoesNotContain("disks", PlanText.Render(Plan, "f"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_graph_is_drawn_from_first_to_last() => Assert.Equal(
        """
        digraph "mcp-init" {
          rankdir=LR;
          node [fontname="sans-serif", shape=ellipse];
          "migrate" [label="migrate", shape=box, penwidth=2];
          "memory" [label="memory"];
          "backend" [label="backend", penwidth=2];
          "frontend" [label="frontend"];
          "migrate" -> "backend";
          "memory" -> "backend" [style=dashed];
          "backend" -> "frontend";
        }

        """,
        PlanDot.Render(Plan));

    [Fact]
    public void The_document_has_the_orders_and_every_service()
    {
        using var document = JsonDocument.Parse(PlanJson.Render(Plan, "f.toml").ToArray());
        var root = document.RootElement;
        Assert.Equal("f.toml", root.GetProperty("file").GetString());
        Assert.Equal("""[["migrate","memory"],["backend"],["frontend"]]""", Compact(root.GetProperty("start")));
        Assert.Equal("""[["frontend"],["backend"],["migrate","memory"]]""", Compact(root.GetProperty("stop")));
        Assert.Equal(50_000, root.GetProperty("shutdown_timeout_ms").GetInt32());
        Assert.Equal("""["SIGTERM","SIGINT","SIGQUIT","SIGRTMIN+3"]""", Compact(root.GetProperty("shutdown_signals")));
        Assert.Equal("""{"ms":45000,"services":["frontend","backend","memory"]}""", Compact(root.GetProperty("longest_stop")));
        Assert.Equal(4L << 30, root.GetProperty("limits").GetProperty("memory").GetInt64());
        var backend = root.GetProperty("services")[2];
        Assert.Equal("""["node","dist/index.js"]""", Compact(backend.GetProperty("command")));
        Assert.Equal(15_000, backend.GetProperty("probe").GetProperty("interval_ms").GetInt32());
        Assert.Equal(1.5, backend.GetProperty("limits").GetProperty("cpu_max").GetDouble());
        Assert.Equal("node", backend.GetProperty("user").GetString());
        Assert.Equal(3, root.GetProperty("servers")[0].GetProperty("max_instances").GetInt32());
    }

    [Fact]
    public void No_view_shows_a_value_of_the_environment() => Assert.All(
        [PlanText.Render(Plan, "f"), PlanDot.Render(Plan), Encoding.UTF8.GetString(PlanJson.Render(Plan, "f"))],
        view => Assert.DoesNotContain("hunter2", view, StringComparison.Ordinal));

    private static string Compact(JsonElement element) =>
        string.Concat(element.GetRawText().Where(c => !char.IsWhiteSpace(c)));
}
