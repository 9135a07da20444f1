using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>[serve]: a child of PID 1 that answers HTTP.</summary>
public sealed class ServeTests
{
    private const string Name = "mcp-init-serve";

    private const string Web = "[service.web]\ncommand = [\"%hang\"]\nrequired = true\n";

    private static readonly HttpClient Client = new() { Timeout = Patience.Usual };

    /// <summary>A port that was free a moment ago; the tests of a machine are few.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Serve(int port) => $"[serve]\nlisten = \"127.0.0.1:{port}\"\n";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static Task<string> Text(int port, string path) => Client.GetStringAsync(Page(port, path), Cancelled);

    private static HttpStatusCode Ready(int port) =>
        Client.GetAsync(Page(port, "/readyz"), Cancelled).GetAwaiter().GetResult().StatusCode;

    private static Uri Page(int port, string path) => new($"http://127.0.0.1:{port}{path}");

    private static async Task<InitProcess> Start(Installation files)
    {
        var init = await files.Start();
        await init.WaitFor("serving HTTP on");
        return init;
    }

    [Fact]
    public async Task It_answers_as_nobody_beside_the_services_and_changes_nothing()
    {
        var port = FreePort();
        using var files = new Installation(Serve(port) + Web);
        await using var init = await Start(files);
        await init.WaitForLog("", "up after");
        Assert.Equal("ok\n", await Text(port, "/livez"));
        await Patience.Until(
            () => Ready(port) == HttpStatusCode.OK, "it is ready");
        using var status = JsonDocument.Parse(await Text(port, "/status"));
        Assert.Equal(1, status.RootElement.GetProperty("system").GetProperty("services").GetInt32());
        Assert.Equal("web", Assert.Single(status.RootElement.GetProperty("services").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await Client.PostAsync(Page(port, "/livez"), null, Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Client.GetAsync(Page(port, "/stop"), Cancelled)).StatusCode);
        var rights = ProcessInfo.Status($"/proc/{Server(init).Pid}/status");
        Assert.Equal("65534\t65534\t65534\t65534", rights["Uid"]);
        Assert.Equal("65534\t65534\t65534\t65534", rights["Gid"]);
        Assert.Equal(("", "1", "0000000000000000"), (rights["Groups"], rights["NoNewPrivs"], rights["CapEff"]));
    }

    [Fact]
    public async Task A_page_that_got_here_by_its_own_name_is_refused()
    {
        var port = FreePort();
        using var files = new Installation(Serve(port) + "hosts = [\"metrics.internal\"]\n" + Web);
        await using var init = await Start(files);
        foreach (var (host, expected) in new[]
        {
            ("evil.example", HttpStatusCode.MisdirectedRequest), ("metrics.internal", HttpStatusCode.OK), ("localhost", HttpStatusCode.OK),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Page(port, "/livez"));
            request.Headers.Host = $"{host}:{port}";
            Assert.Equal(expected, (await Client.SendAsync(request, Cancelled)).StatusCode);
        }
    }

    [Fact]
    public async Task Prometheus_reads_both_texts_of_a_container_with_probes_servers_and_memory_that_ran_out()
    {
        var port = FreePort();
        using var files = new Installation(Serve(port) + Web + $$"""
            [service.probed]
            command = ["%hang", "2"]
            probe = { exec = ["/bin/true"], interval = "50ms" }
            [service.failing]
            command = ["/bin/false"]
            [service.hog]
            command = ["%hog", "1000", "40", "--then-hold", "--quiet"]
            memory_max = "8MiB"
            restart = "never"
            [server.memory]
            max_instances = 3
            command = ["%hang"]
            """) { OwnCgroup = true };
        await using var init = await Start(files);
        await init.WaitForLog("hog", "exited");
        var text = await Text(port, "/metrics");
        await Promtool.CheckMetrics(text);
        using var request = new HttpRequestMessage(HttpMethod.Get, Page(port, "/metrics"));
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/openmetrics-text"));
        var open = await Client.SendAsync(request, Cancelled);
        Assert.Equal("application/openmetrics-text", open.Content.Headers.ContentType!.MediaType);
        await Promtool.CheckOpenMetrics(await open.Content.ReadAsStringAsync(Cancelled));
        foreach (var line in new[]
        {
            "\nmcp_init_build_info{version=\"", "\nmcp_init_service_ready{name=\"web\"} 1\n", "\nmcp_init_starts_total{name=\"web\"} 1\n",
            "\nmcp_init_probe_success{name=\"probed\"} 1\n", "\nmcp_init_server_instances_limit{name=\"memory\"} 3\n",
            "\nmcp_init_pid1_resident_memory_bytes ", "\nmcp_init_service_start_time_seconds{name=\"web\",slot=\"\"} ",
            "\nmcp_init_exits_total{name=\"failing\",result=\"failure\"} ",
        })
            Assert.Contains(line, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_it_comes_back()
    {
        var port = FreePort();
        using var files = new Installation(Serve(port) + Web);
        await using var init = await Start(files);
        var first = Server(init);
        Native.Signal(first.Pid, 9);
        await init.WaitForLog(Name, "killed by SIGKILL");
        await Patience.Until(() => init.Lines.Count(l => l.Text.Contains("serving HTTP on", StringComparison.Ordinal)) == 2, "it is back");
        Assert.Equal("ok\n", await Text(port, "/livez"));
        Assert.NotEqual(first.Pid, Server(init).Pid);
    }

    [Fact]
    public async Task A_reload_adds_and_removes_it()
    {
        var port = FreePort();
        using var files = new Installation(Web);
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        files.Rewrite(Serve(port) + Web);
        init.Signal(1);
        await init.WaitFor("serving HTTP on");
        Assert.Equal("ok\n", await Text(port, "/livez"));
        files.Rewrite(Web);
        init.Signal(1);
        await init.WaitForLog(Name, "stopped");
        await Assert.ThrowsAsync<HttpRequestException>(() => Text(port, "/livez"));
        Assert.Contains(init.Processes(), p => p.Name == "hang");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_and_the_container_goes_on_without()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var files = new Installation(Serve(port) + Web);
        await using var init = await files.Start();
        await init.WaitFor($"127.0.0.1:{port} is taken by another program");
        await init.WaitForLog("", "up after");
        taken.Stop();
        await init.WaitFor("serving HTTP on");
    }

    [Fact]
    public async Task While_everything_stops_it_says_so_until_the_end()
    {
        var port = FreePort();
        using var files = new Installation(Serve(port) + "[service.slow]\ncommand = [\"%ignore-term\"]\nstop_timeout = \"3s\"\n");
        await using var init = await Start(files);
        await init.WaitForLog("", "up after");
        await init.WaitFor("| ignoring");
        init.Signal(15);
        await init.WaitForLog("slow", "stopping");
        await Patience.Until(
            () => Ready(port) == HttpStatusCode.ServiceUnavailable,
            "it is not ready while it stops");
        Assert.Equal("ok\n", await Text(port, "/livez"));
        Assert.Equal(0, await init.WaitForExit());
    }

    /// <summary>More clients than there are places, each with half a request: the oldest of them make room at once.</summary>
    [Fact]
    public async Task Clients_that_never_finish_do_not_keep_others_out()
    {
        var port = FreePort();
        using var files = new Installation(Serve(port) + Web);
        await using var init = await Start(files);
        var idle = new List<TcpClient>();
        for (var client = 0; client < 100; client++)
        {
            var connection = new TcpClient();
            await connection.ConnectAsync(IPAddress.Loopback, port, Cancelled);
            await connection.GetStream().WriteAsync("GET /livez HTTP/1.1\r\nHost: loc"u8.ToArray(), Cancelled);
            idle.Add(connection);
        }
        var clock = Stopwatch.StartNew();
        Assert.Equal("ok\n", await Text(port, "/livez"));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        idle.ForEach(connection => connection.Dispose());
    }

    [Fact]
    public async Task The_rules_for_alerts_are_read_by_Prometheus() =>
        await Promtool.CheckRules(Path.Combine(Files.Root, "container", "prometheus", "mcp-init.rules.yaml"));

    [Fact]
    public async Task The_first_event_of_its_kind_alerts_and_an_old_one_does_not() =>
        await Promtool.TestRules(Path.Combine(Files.Root, "container", "prometheus", "mcp-init.rules.test.yaml"));

    private static ProcessInfo Server(InitProcess init) => init.Processes().Single(p =>
        p.State != 'Z' && File.ReadAllText($"/proc/{p.Pid}/cmdline").Contains("\0serve\0--listen", StringComparison.Ordinal));
}
