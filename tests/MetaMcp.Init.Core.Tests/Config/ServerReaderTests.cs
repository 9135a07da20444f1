using System.Text;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Tests.Config;

public sealed class ServerReaderTests
{
    [Theory]
    [InlineData("command = ['npx', '-y', '@s/p@1', 'arg']", "@s/p")]
    [InlineData("command = ['bash', '-lc', 'npx -y p']", "p")]
    [InlineData("command = ['uvx', 'My_Server']", "my-server")]
    [InlineData("command = ['npx', '-y', 'p']\nmatch = ['a', '@b/c', 'a']", "a @b/c")]
    [InlineData("command = ['npx', '-y', 'p']\nmatch = []", "")]
    [InlineData("command = ['node', 'index.js']", "")]
    [InlineData("", "")]
    public void A_server_matches_the_package_of_its_command_or_those_that_are_written(string keys, string expected) =>
        Assert.Equal(expected, string.Join(' ', Good($"[server.a]\n{keys}\n").Servers[0].Match));

    [Theory]
    [InlineData("match = ['p@1']", "2:10: warning: match[0] = \"p@1\" matches every version; write \"p\"")]
    [InlineData("match = ['./p']",
        "2:10: match[0] = \"./p\" is no name of a package; write it as \"@modelcontextprotocol/server-memory\" or \"mcp-server-git\"")]
    [InlineData("match = 'p'", "2:9: match takes an array of strings, not a string; write match = [\"p\"]")]
    [InlineData("shim = 'exec'\nidle_timeout = '1m'",
        "3:16: idle_timeout needs shim = \"guard\": with \"exec\" mcp-init's own process becomes the server, and no process is left that " +
        "could see its traffic; remove one of the two")]
    [InlineData("shim = 'exec'\nclose_grace = '1s'",
        "3:15: close_grace needs shim = \"guard\": with \"exec\" mcp-init's own process becomes the server, and no process is left that " +
        "could see that its stdin is closed; remove one of the two")]
    [InlineData("max_instances = 1\nshim = 'exec'\non_limit = 'replace-idle'",
        "4:12: on_limit = \"replace-idle\" needs shim = \"guard\": with \"exec\" mcp-init's own process becomes the server, and no " +
        "process is left that could see that it is idle; remove one of the two")]
    [InlineData("restart = 'never'", "2:1: unknown key \"restart\" in [server.a]; it is a key of [service.NAME]")]
    [InlineData("depends_on = ['b']", "2:1: unknown key \"depends_on\" in [server.a]; it is a key of [service.NAME]")]
    [InlineData("probe = 1", "2:1: unknown key \"probe\" in [server.a]; it is a key of [service.NAME]")]
    [InlineData("log = 'none'", "2:1: unknown key \"log\" in [server.a]; it is a key of [service.NAME]")]
    [InlineData("environment_file = '/e'", "2:1: unknown key \"environment_file\" in [server.a]; it is a key of [service.NAME]")]
    [InlineData("stop_signal = 'SIGSTOP'", "2:15: SIGSTOP stops no server for good; SIGTERM does")]
    [InlineData("allow = 'a'", "2:9: allow takes an array of strings, not a string; write allow = [\"a\"]")]
    [InlineData("allow = ['']", "2:10: allow[0] is empty; write allow[0] = \"gateway\"")]
    [InlineData("alow = ['a']", "2:1: unknown key \"alow\" in [server.a]; did you mean \"allow\"?")]
    [InlineData("unwrap = 'yes'", "2:10: unwrap takes true or false, not a string; write unwrap = true")]
    [InlineData("share_concurrency = -1", "2:21: share_concurrency = -1 is out of range; it can be 0 to 1000000")]
    [InlineData("unwarp = true", "2:1: unknown key \"unwarp\" in [server.a]; did you mean \"unwrap\"?")]
    public void A_key_that_cannot_be_meant_is_named(string keys, string expected) => Assert.Equal(
        ["f:" + expected], ConfigReader.Read("f", Encoding.UTF8.GetBytes($"[server.a]\n{keys}\n")).Diagnostics.Select(d => d.ToString()));

    [Theory]
    [InlineData("intercept = ['npx', 'node']",
        "2:21: \"node\" cannot be intercepted: only npx and uvx say on their command line which package they start; write mcp-init " +
        "launch NAME -- CMD in place of other commands")]
    [InlineData("intercept = ['/usr/bin/npx']",
        "2:13: intercept takes names looked up in PATH, such as \"npx\", not the path \"/usr/bin/npx\"")]
    [InlineData("max_starting = 0", "2:16: max_starting = 0 is out of range; it can be 1 to 1000000")]
    public void A_wrong_value_of_launch_is_named(string keys, string expected) => Assert.Equal(
        ["f:" + expected], ConfigReader.Read("f", Encoding.UTF8.GetBytes($"[launch]\n{keys}\n")).Diagnostics.Select(d => d.ToString()));

    [Theory]
    [InlineData("max_instances = 1\non_limit = 'replace-oldest'")]
    [InlineData("shim = 'exec'\nmax_instances = 1\non_limit = 'replace-oldest'")]
    [InlineData("on_limit = 'wait'\n[limits]\nmax_per_type = 1")]
    [InlineData("on_limit = 'replace-idle'\n[limits]\nmax_instances = 1")]
    [InlineData("on_limit = 'refuse'")]
    [InlineData("on_limit = 'wait'", "f:2:12: warning: a: on_limit is \"wait\", and no limit can be reached; add max_instances here, or " +
        "max_per_type or max_instances to [limits]")]
    [InlineData("allow = []\non_limit = 'replace-oldest'", "f:3:12: warning: a: on_limit is \"replace-oldest\", and no limit can be " +
        "reached; add max_instances here, or max_per_type or max_instances to [limits]")]
    public void A_rule_for_a_limit_needs_a_limit(string keys, params string[] expected) => Assert.Equal(
        expected,
        Core.Planning.Plan.Of(ConfigReader.Read("f", Encoding.UTF8.GetBytes($"[server.a]\n{keys}\n"))).Diagnostics
            .Select(d => d.ToString()));

    [Fact]
    public void Without_the_lifecycle_a_limit_is_not_missed() => Assert.DoesNotContain(
        Core.Planning.Plan.Of(ConfigReader.Read(
            "f", "[server.a]\nmax_instances = 1\non_limit = 'wait'\n"u8.ToArray(),
            new Dictionary<string, string> { ["METAMCP_LIFECYCLE_ENABLED"] = "false" })).Diagnostics,
        d => d.Message.Contains("on_limit", StringComparison.Ordinal));

    [Fact]
    public void A_file_of_servers_alone_is_a_whole_file()
    {
        var plan = Core.Planning.Plan.Of(ConfigReader.Read("f", "[server.a]\ncommand = ['npx', 'p']\n"u8.ToArray()));
        Assert.Empty(plan.Diagnostics);
        Assert.Empty(plan.Plan!.Services);
        Assert.Empty(plan.Plan.Settings.NotInForce);
    }

    [Fact]
    public void A_server_that_says_nothing_has_every_default()
    {
        var server = Good("[server.a]\n").Servers[0];
        Assert.True(server.Unwrap);
        Assert.Null(server.Allow);
        Assert.True(server.Attributes.NoNewPrivileges);
        Assert.Equal((LimitAction.Refuse, ShimMode.Guard), (server.OnLimit, server.Shim));
        Assert.Equal((null, null, TimeSpan.FromSeconds(5)), (server.MaxInstances, server.IdleTimeout, server.CloseGrace));
        Assert.False(Good("[server.a]\nunwrap = false\n").Servers[0].Unwrap);
    }

    [Theory]
    [InlineData("[service.gateway]\ncommand = ['x']", "such service; did you mean \"gateway\"?")]
    [InlineData("[launch]\nintercept = ['npx']",
        "service in this file; remove it, or write allow = [] for a server that is launched from outside alone")]
    public void A_service_that_is_allowed_is_one_of_the_file(string tables, string expected)
    {
        var file = Encoding.UTF8.GetBytes($"{tables}\n[server.a]\nallow = ['gatewya']\n");
        Assert.Equal(
            [$"f:4:10: a: allow names \"gatewya\", and there is no {expected}"],
            Core.Planning.Plan.Of(ConfigReader.Read("f", file)).Diagnostics.Select(d => d.ToString()));
    }

    [Fact]
    public void An_empty_list_allows_no_service() => Assert.Empty(Good("[server.a]\nallow = []\n").Servers[0].Allow!.Value);

    [Fact]
    public void Launch_has_its_defaults_and_takes_each_name_once()
    {
        var launch = Good("[server.a]\n").Launch;
        Assert.Empty(launch.Intercept);
        Assert.Equal((4, UnknownServers.Allow), (launch.MaxStarting, launch.Unknown));
        launch = Good("[launch]\nintercept = ['npx', 'uvx', 'npx']\nmax_starting = 9\n").Launch;
        Assert.Equal(["npx", "uvx"], launch.Intercept);
        Assert.Equal(9, launch.MaxStarting);
    }

    [Fact]
    public void Without_the_lifecycle_a_server_has_no_limits()
    {
        var server = ConfigReader.Read(
            "f",
            "[limits]\nmax_per_type = 2\n[server.a]\nallow = []\nmax_instances = 1\nmemory_max = '1GiB'\nidle_timeout = '1m'\n"u8.ToArray(),
            new Dictionary<string, string> { ["METAMCP_LIFECYCLE_ENABLED"] = "false" }).Settings!.Servers[0];
        Assert.Equal(new CgroupLimits(), server.Limits);
        Assert.Equal((null, null), (server.MaxInstances, server.IdleTimeout));
        Assert.NotNull(server.Allow);
    }

    private static Settings Good(string text)
    {
        var result = ConfigReader.Read("f", Encoding.UTF8.GetBytes(text));
        Assert.Empty(result.Diagnostics);
        return result.Settings!;
    }
}
