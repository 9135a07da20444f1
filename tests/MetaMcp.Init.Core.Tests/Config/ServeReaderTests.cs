using System.Text;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Tests.Config;

public sealed class ServeReaderTests
{
    private static ConfigResult Read(string keys, string name = "a") =>
        ConfigReader.Read("f", Encoding.UTF8.GetBytes($"[serve]\n{keys}\n[service.{name}]\ncommand = ['a']\n"));

    [Fact]
    public void All_keys_are_read()
    {
        var serve = Read("listen = '[::1]:9464'\nuser = 'web:web'\nhosts = ['metrics.internal', 'METRICS.internal', 'b']").Settings!.Serve;
        Assert.Equal("[::1]:9464", $"{serve.Listen}");
        Assert.Equal(("web", "web"), (serve.Attributes.User, serve.Attributes.Group));
        Assert.Equal(["metrics.internal", "b"], serve.Hosts);
    }

    [Theory]
    [InlineData("listen = '9464'",
        "2:10: listen = \"9464\" has no port; write an address and a port as \"127.0.0.1:9464\", \":9464\" for " +
        "all addresses, or \"unix:/run/serve/serve.sock\" in a directory that its user may write to")]
    [InlineData("listen = 9464", "2:10: listen takes a string, not a whole number; write listen = \"9464\"")]
    [InlineData("listn = ':9464'", "2:1: unknown key \"listn\" in [serve]; did you mean \"listen\"?")]
    [InlineData("port = 9464", "2:1: unknown key \"port\" in [serve]; it has listen, user, hosts")]
    [InlineData("hosts = ['a:80']",
        "2:10: \"a:80\" is no name of a host; write it as \"metrics.internal\", without a port (addresses are " +
        "always allowed)")]
    [InlineData("hosts = 'a'", "2:9: hosts takes an array of strings, not a string; write hosts = [\"a\"]")]
    public void A_wrong_value_is_named(string keys, string expected) =>
        Assert.Equal(["f:" + expected], Read(keys).Diagnostics.Select(d => d.ToString()));

    [Theory]
    [InlineData("listen = 'unix:/run/mcp-init/serve.sock'", "nobody")]
    [InlineData("listen = 'unix:/run/mcp-init/x/serve.sock'\nuser = 'web'", "web")]
    public void A_socket_file_where_its_user_cannot_make_one_is_named(string keys, string user)
    {
        var found = Assert.Single(Read(keys).Diagnostics);
        Assert.Equal(Severity.Warning, found.Severity);
        Assert.StartsWith("f:2:10: ", found.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(
            $"serve runs as {user}; choose a directory that this user may write to", found.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("listen = 'unix:/run/mcp-init/serve.sock'\nuser = 'root'")]
    [InlineData("listen = 'unix:/run/mcp-init-serve/serve.sock'")]
    [InlineData("listen = 'unix:@mcp-init/serve'")]
    [InlineData("listen = 'unix:/run/mcp-init/serve.sock'\n[init]\nruntime_dir = '/run/other'")]
    public void A_socket_file_in_any_other_place_is_not(string keys) => Assert.Empty(Read(keys).Diagnostics);

    [Fact]
    public void No_service_of_the_file_has_its_name() => Assert.Equal(
        ["f:3:10: mcp-init-serve is the name of the service that [serve] is; write another name"],
        Read("listen = ':9464'", ServeSettings.ServiceName).Diagnostics.Select(d => d.ToString()));

    [Fact]
    public void It_is_nothing_to_run_by_itself() => Assert.Contains(
        "nothing to run",
        Assert.Single(ConfigReader.Read("f", "[serve]\nlisten = ':9464'\n"u8.ToArray()).Diagnostics).Message, StringComparison.Ordinal);
}
