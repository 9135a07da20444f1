using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Tests.Planning;

public sealed class ServerCatalogTests
{
    private static readonly ServerCatalog Catalog = new(Read(
        """
        [shutdown]
        term_timeout = "7s"
        [server.commander]
        command = ["npx", "-y", "@wonderwhy-er/desktop-commander@latest"]
        [server.git]
        command = ["node", "x.js"]
        match = ["Mcp_Server.Git", "@s/git"]
        [server.everything]
        [server.memory]
        command = ["npx", "@m/server-memory"]
        [server.second-memory]
        match = ["@m/server-memory"]
        """));

    [Theory]
    [InlineData("commander", null, "commander")]
    [InlineData("Commander", null, null)]
    [InlineData("nothing", null, null)]
    [InlineData(null, "@wonderwhy-er/desktop-commander", "commander")]
    [InlineData(null, "desktop-commander", null)]
    [InlineData(null, "@other/desktop-commander", null)]
    [InlineData(null, "mcp-server-git", "git")]
    [InlineData(null, "@s/git", "git")]
    [InlineData(null, "everything", "everything")]
    [InlineData(null, "memory", null)]
    [InlineData(null, null, null)]
    [InlineData("everything", "@s/git", "everything")]
    public void A_type_is_found_by_its_name_else_by_the_package(string? name, string? package, string? expected) =>
        Assert.Equal(expected, Catalog.Find(name, package)?.Name);

    [Fact]
    public void A_match_that_is_written_comes_before_one_taken_from_a_command() =>
        Assert.Equal("second-memory", Catalog.Find(null, "@m/server-memory")?.Name);

    [Theory]
    [InlineData("@modelcontextprotocol/server-memory", "modelcontextprotocol-server-memory")]
    [InlineData("server", "server")]
    [InlineData("a~b c\u0001", "a-b-c-")]
    [InlineData("--x", "x")]
    [InlineData("..", "server")]
    [InlineData("mcp-init", "server")]
    [InlineData("@", "server")]
    public void An_unknown_package_gives_a_name_that_a_directory_can_have(string package, string expected) =>
        Assert.Equal(expected, ServerCatalog.NameOf(package));

    [Fact]
    public void An_unknown_server_has_every_default()
    {
        var unknown = Catalog.Unknown("@s/other");
        Assert.Equal("s-other", unknown.Name);
        Assert.Equal(TimeSpan.FromSeconds(7), unknown.StopTimeout);
        Assert.Equal(new CgroupLimits(), unknown.Limits);
        Assert.True(unknown.Attributes.NoNewPrivileges);
        Assert.True(unknown.Unwrap);
        Assert.Equal((null, null, ShimMode.Guard), (unknown.MaxInstances, unknown.IdleTimeout, unknown.Shim));
        Assert.Equal(64, Catalog.Unknown(new string('x', 200)).Name.Length);
    }

    [Fact]
    public void An_unknown_server_is_not_counted_with_one_of_the_file() => Assert.Equal("memory-2", Catalog.Unknown("memory").Name);

    [Theory]
    [InlineData("[server.a]\nmatch = ['p']\n[server.b]\nmatch = ['x', 'p']",
        "f:4:15: \"p\" is matched by [server.b] and by [server.a]; remove it from one of the two")]
    [InlineData("[server.a]\ncommand = ['npx', 'p']\n[server.b]\ncommand = ['npx', 'p', 'other']",
        "f:3:9: warning: [server.b] starts \"p\" as [server.a] does; an intercepted start of it is of a. Write match = [] or other " +
        "packages here, or there")]
    [InlineData("[server.a]\ncommand = ['npx', 'p']\n[server.b]\nmatch = ['p']", null)]
    [InlineData("[server.a]\ncommand = ['npx', 'p']\n[server.b]\ncommand = ['npx', 'p']\nmatch = []", null)]
    [InlineData("[limits]\nmax_instances = 2\n[server.a]\nmax_instances = 3",
        "f:4:17: warning: a: max_instances is 3, and [limits] max_instances, 2, is reached before")]
    [InlineData("[limits]\nmax_instances = 3\n[server.a]\nmax_instances = 3", null)]
    public void Servers_are_checked_among_each_other(string text, string? expected)
    {
        var result = Plan.Of(ConfigReader.Read("f", Encoding.UTF8.GetBytes(text + "\n")));
        Assert.Equal(expected is null ? [] : [expected], result.Diagnostics.Select(d => d.ToString()));
    }

    private static Settings Read(string text)
    {
        var result = ConfigReader.Read("f", Encoding.UTF8.GetBytes(text));
        Assert.Empty(result.Diagnostics);
        return result.Settings!;
    }
}
