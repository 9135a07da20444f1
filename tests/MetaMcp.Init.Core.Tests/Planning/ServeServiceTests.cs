using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Tests.Planning;

public sealed class ServeServiceTests
{
    private static Plan Read(string toml) => Assert.IsType<Plan>(
        Plan.Of(ConfigReader.Read("f", Encoding.UTF8.GetBytes(toml + "\n[service.a]\ncommand = ['a']\n"))).Plan);

    private static ServiceSettings? Serve(string toml, bool mayChangeUser = true) =>
        Read(toml).Supervised(mayChangeUser).Services.SingleOrDefault(s => s.IsOwn)?.Settings;

    [Fact]
    public void Without_an_address_there_is_none()
    {
        Assert.Null(Serve(""));
        Assert.Null(Serve("[serve]\nhosts = ['a']"));
    }

    [Fact]
    public void It_is_ourselves_as_nobody_with_little_memory_and_none_of_the_containers_variables()
    {
        var serve = Serve("[serve]\nlisten = '127.0.0.1:9464'\nhosts = ['a', 'b']")!;
        Assert.Equal(["/proc/self/exe", "serve", "--listen", "127.0.0.1:9464", "--host", "a", "--host", "b"], serve.Command);
        Assert.Equal(("65534", "65534", true), (serve.Attributes.User, serve.Attributes.Group, serve.Attributes.NoNewPrivileges));
        Assert.Empty(serve.Attributes.SupplementaryGroups!.Value);
        Assert.Equal(32 << 20, serve.Limits.MemoryMax!.Value.Bytes);
        Assert.True(serve is { ClearEnvironment: true, Required: false, Probe: null, Restart.Policy: RestartPolicy.Always });
    }

    [Fact]
    public void An_init_that_may_not_change_users_runs_it_as_itself_unless_the_file_names_a_user()
    {
        Assert.Null(Serve("[serve]\nlisten = ':9464'", mayChangeUser: false)!.Attributes.User);
        var named = Serve("[serve]\nlisten = ':9464'\nuser = 'web:web'", mayChangeUser: false)!.Attributes;
        Assert.Equal(("web", "web"), (named.User, named.Group));
    }

    [Fact]
    public void What_is_shown_of_the_plan_is_the_file_alone()
    {
        var plan = Read("[serve]\nlisten = ':9464'");
        Assert.Equal(["a"], plan.Services.Select(s => s.Name));
        var supervised = plan.Supervised(true);
        Assert.Equal(["a", "mcp-init-serve"], supervised.Services.Select(s => s.Name));
        Assert.Equal(plan.StartWaves, supervised.StartWaves);
        Assert.Same(plan.LongestStop, supervised.LongestStop);
    }
}
