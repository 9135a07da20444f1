using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Tests.Planning;

public sealed class PlanWarningsTests
{
    private const string Pair =
        "[service.a]\ncommand=['x']\nmemory_max = \"3GiB\"\ntasks_max = 300\n[service.b]\ncommand=['x']\nmemory_max = " +
        "\"2GiB\"\ntasks_max = 300\ndepends_on = [\"a\"]\n";

    [Theory]
    [InlineData("[limits]\nmemory = \"4GiB\"", "11:10: warning: memory is 4GiB, and memory_max of the services adds up to 5GiB")]
    [InlineData("[limits]\ntasks = 512", "11:9: warning: tasks is 512, and tasks_max of the services adds up to 600")]
    [InlineData("[limits]\nmax_instances = 1", "11:17: warning: max_instances is 1, and there are 2 services")]
    [InlineData("[shutdown]\nterm_timeout = \"20s\"",
        "5:10: warning: one after another, b, a may take 40s to stop, and the whole shutdown is cut short after 30s")]
    [InlineData("[shutdown]\ntimeout = \"15s\"",
        "11:11: warning: one after another, b, a may take 20s to stop, and the whole shutdown is cut short after 15s")]
    [InlineData("[service.c]\ncommand=['x']\nstop_timeout = \"31s\"",
        "12:16: warning: c: stop_timeout is 31s, and the whole shutdown is cut short after 30s")]
    [InlineData("[service.c]\ncommand=['x']\nstart_timeout = \"2m\"",
        "12:17: warning: c: start_timeout is 2m, and the whole startup is cut short after 1m")]
    [InlineData("[service.c]\ncommand=['x']\ndepends_on = [\"a\"]\nafter = [\"a\"]",
        "13:10: warning: c: \"a\" is in depends_on, which is after it already")]
    [InlineData("[service.c]\ncommand=['x']\nnotify_fd = 4", "12:13: warning: notify_fd is of no use without ready = \"notify-fd\"")]
    [InlineData("[service.c]\ncommand=['x']\ngroup = \"g\"",
        "12:9: warning: group without user leaves the service the user that mcp-init runs as")]
    [InlineData("[service.c]\ncommand=['x']\nmemory_max = \"1GiB\"\nmemory_high = \"2GiB\"",
        "13:15: warning: memory_high, 2GiB, is above memory_max, 1GiB, and never reached")]
    public void Settings_that_will_hardly_have_been_meant_are_a_warning(string addition, string expected)
    {
        var result = Plan.Of(ConfigReader.Read("f", Encoding.UTF8.GetBytes(Pair + addition + "\n")));
        Assert.Equal(["f:" + expected], result.Diagnostics.Select(d => d.ToString()));
        Assert.NotNull(result.Plan);
    }

    [Fact]
    public void A_oneshot_counts_in_no_sum() =>
        Assert.Empty(
            Plan.Of(ConfigReader.Read(
                "f", Encoding.UTF8.GetBytes(
                    Pair + "[service.migrate]\ntype = \"oneshot\"\ncommand = ['x']\nmemory_max = \"1GiB\"\ntasks_max = 100\n" +
                    "[limits]\nmemory = \"5GiB\"\ntasks = 600\n"))).Diagnostics);

    [Fact]
    public void Limits_that_hold_what_they_must_are_none() =>
        Assert.Empty(
            Plan.Of(ConfigReader.Read(
                "f", Encoding.UTF8.GetBytes(Pair + "[limits]\nmemory = \"5GiB\"\ntasks = 600\nmax_instances = 2\n"))).Diagnostics);
}
