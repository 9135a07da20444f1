using System.Globalization;
using System.Text;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Run;

/// <summary>SIGHUP on the real file.</summary>
public sealed class ReloadTests
{
    private const int Hup = 1;

    [Fact]
    public async Task Services_that_changed_are_restarted_and_nothing_else_is_touched()
    {
        const string Same = "[service.same]\ncommand = [\"%hang\"]\n";
        using var files = new Installation(Same + "[service.changed]\ncommand = [\"%hang\"]\n[service.gone]\ncommand = [\"%hang\"]\n");
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        files.Rewrite("[service.new]\ncommand = [\"%hang\"]\n[service.changed]\ncommand = [\"%hang\", \"again\"]\n" + Same);
        init.Signal(Hup);
        await init.WaitForLog("", "reloaded: restarting changed, starting new, removing gone, 1 unchanged");
        await init.WaitForLog("gone", "stopped");
        await init.WaitForLog("new", "ready");
        await Patience.Until(() => init.Lines.Logged("changed", "ready").Count == 2, "the changed one is ready again");
        Assert.Single(init.Lines.Logged("same", "started"));
        Assert.Equal(3, init.Processes().Count(p => p.Name == "hang"));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task A_bad_file_changes_nothing_and_every_error_of_it_is_told()
    {
        using var files = new Installation("[service.a]\ncommand = [\"%hang\"]\n");
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        files.Rewrite("[service.a]\ncomand = [\"%hang\"]\n[service.b]\ncommand = \"x\"\ndepends_on = [\"c\"]\n");
        init.Signal(Hup);
        await init.WaitForLog("", "not reloaded: the previous configuration stays in force");
        var told = init.Lines.Logged("", "reload: ");
        Assert.Contains(told, l => l.Text.Contains("did you mean \"command\"", StringComparison.Ordinal));
        Assert.Contains(told, l => l.Text.Contains("there is no such service", StringComparison.Ordinal));
        Assert.Single(init.Processes(), p => p.Name == "hang");
        files.Rewrite("[service.a]\ncommand = [\"%hang\", \"2\"]\n");
        init.Signal(Hup);
        await init.WaitForLog("", "reloaded: restarting a, starting none, removing none, 0 unchanged");
        await Patience.Until(() => init.Lines.Logged("a", "ready").Count == 2, "it is ready again");
    }

    [Fact]
    public async Task Keys_that_only_a_new_start_puts_in_force_are_named()
    {
        using var files = new Installation("[service.a]\ncommand = [\"%hang\"]\n");
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        files.Rewrite("[init]\ncontrol_group = \"nogroup\"\nruntime_dir = \"/run/other\"\n[service.a]\ncommand = [\"%hang\"]\n");
        init.Signal(Hup);
        await init.WaitForLog("", "reloaded");
        foreach (var key in (string[])["control_group", "runtime_dir"])
            Assert.Single(init.Lines.Logged("", $"{key} takes effect when the container is started again"));
    }

    [Fact]
    public async Task A_file_that_is_gone_changes_nothing()
    {
        using var files = new Installation("[service.a]\ncommand = [\"%hang\"]\n");
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        File.Delete(files["mcp-init.toml"]);
        init.Signal(Hup);
        await init.WaitForLog("", "not reloaded");
        Assert.Contains(init.Lines.Logged("", "reload: "), l => l.Text.Contains("No such file", StringComparison.Ordinal));
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
    }

    [Fact]
    public async Task A_service_that_may_gain_privileges_can_be_added()
    {
        using var files = new Installation("[service.a]\ncommand = [\"%hang\"]\n");
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        files.Rewrite("[service.a]\ncommand = [\"%hang\"]\n[service.b]\ncommand = [\"%attributes\"]\nno_new_privileges = false\n");
        init.Signal(Hup);
        await init.WaitForAll("b        | ", "no_new_privs=0");
    }

    [Fact]
    public async Task Limits_that_only_the_new_file_has_are_watched_and_said_not_to_be_the_kernels()
    {
        using var files = new Installation("[service.a]\ncommand = [\"%hog\", \"1000\", \"40\", \"--then-hold\", \"--quiet\"]\n");
        await using var init = await files.Start();
        await init.WaitForLog("", "up after");
        files.Rewrite("[service.a]\ncommand = [\"%hog\", \"1000\", \"40\", \"--then-hold\", \"--quiet\"]\nmemory_max = \"20MiB\"\n");
        init.Signal(Hup);
        await init.WaitForLog("", "reloaded: restarting a");
        await init.WaitForLog("", "LIMITS NOT ENFORCED BY THE KERNEL");
        await init.WaitForLog("a", "ended, over its memory_max of 20MiB");
    }

    /// <summary>
    /// Fifty services, ten of which crash ten times a second, and a file that changes five times in a row meanwhile: each time ten
    /// services are changed and five replaced by others.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Under_load_each_is_started_as_often_as_it_changed(bool ownCgroup)
    {
        using var files = new Installation(Fifty(0)) { OwnCgroup = ownCgroup };
        await using var init = await files.Start();
        await init.WaitForLog("", "up after", limit: Patience.Long);
        var last = init.Lines[^1];
        for (var round = 1; round <= 5; round++)
        {
            files.Rewrite(Fifty(round));
            init.Signal(Hup);
            last = await init.WaitForLog("", "reloaded: ", last);
        }
        await Patience.Until(() => Enumerable.Range(0, 5).All(i => init.Lines.HasLogged($"new{i}r5", "ready")), "the newest are ready");
        await Patience.Until(
            () => Enumerable.Range(0, 5).All(i => Enumerable.Range(0, 5).All(r => init.Lines.HasLogged($"new{i}r{r}", "stopped"))),
                "the old ones are stopped");
        await Patience.Until(
            () => Enumerable.Range(0, 10).All(i => init.Lines.Logged($"changed{i}", "ready").Count is > 1 and <= 6),
            "the changed are ready");
        for (var i = 0; i < 25; i++)
            Assert.Single(init.Lines.Logged($"same{i}", "started"));
        await Patience.Until(() => init.Processes().Count(p => p.Name == "hang") == 40, "there is one process of each");
        for (var i = 0; i < 10; i++)
            Assert.InRange(init.Lines.Logged($"changed{i}", "started").Count, 2, 6);
        init.Signal(15);
        Assert.Equal(0, await init.WaitForExit());
        foreach (var name in Enumerable.Range(0, 10).SelectMany(i => new[] { $"changed{i}", $"crash{i}" }))
            Assert.Equal(init.Lines.Logged(name, "started").Count, init.Lines.Logged(name, "exited after").Count);
    }

    private static string Fifty(int round)
    {
        var text = new StringBuilder("[restart]\nbackoff = { initial = \"100ms\", factor = 1.0 }\nbreaker = { failures = 1000 }\n");
        void Add(string name, string command) => text.Append(CultureInfo.InvariantCulture, $"[service.{name}]\ncommand = [{command}]\n");
        for (var i = 0; i < 25; i++)
            Add($"same{i}", "\"%hang\"");
        for (var i = 0; i < 10; i++)
            Add($"changed{i}", $"\"%hang\", \"{round}\"");
        for (var i = 0; i < 10; i++)
            Add($"crash{i}", "\"/bin/false\"");
        for (var i = 0; i < 5; i++)
            Add($"new{i}r{round}", "\"%hang\"");
        return text.ToString();
    }
}
