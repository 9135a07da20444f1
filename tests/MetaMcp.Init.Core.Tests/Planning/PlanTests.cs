using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Tests.Planning;

public sealed class PlanTests
{
    [Fact]
    public void Services_start_in_waves_and_stop_the_other_way_round()
    {
        var plan = Plan("migrate", "cache", "backend: migrate, cache", "frontend: backend", "metrics: cache");
        Assert.Equal([[0, 1], [2, 4], [3]], plan.StartWaves);
        Assert.Equal([[3, 4], [2], [0, 1]], plan.StopWaves);
        Assert.Equal([0, 1], plan.Services[2].DependsOn);
        Assert.Equal([2, 4], plan.Services[1].Dependents);
    }

    [Fact]
    public void After_orders_as_depends_on_does()
    {
        var plan = Plan("a", "b:: a", "c: a, b:: a");
        Assert.Equal([[0], [1], [2]], plan.StartWaves);
        Assert.Equal([1, 2], plan.Services[0].Dependents);
        Assert.Equal([0], plan.Services[1].After);
        Assert.Empty(plan.Services[1].DependsOn);
    }

    [Fact]
    public void An_unknown_dependency_is_named_where_it_stands() =>
        Assert.Equal(
            ["f:4:22: backend: depends_on names \"migrat\", and there is no such service; did you mean \"migrate\"?"],
            Found("[service.migrate]\ncommand=['x']\n[service.backend]\ndepends_on = [       \"migrat\"]\ncommand=['x']\n"));

    [Theory]
    [InlineData("depends_on = [\"a\"]", "f:3:15: a: depends_on names the service itself")]
    [InlineData("depends_on = [\"b\", \"b\"]", "f:3:20: a: depends_on names \"b\" twice")]
    [InlineData("after = [\"c\"]", "f:3:10: a: after names \"c\", and there is no such service")]
    [InlineData("restart_with = [\"b\"]", "f:3:17: a: restart_with names \"b\", which is in neither depends_on nor after")]
    public void A_name_that_makes_no_sense_is_refused(string line, string expected) =>
        Assert.Equal([expected], Found($"[service.a]\ncommand=['x']\n{line}\n[service.b]\ncommand=['x']\n"));

    [Fact]
    public void One_service_can_have_stdin()
    {
        const string Second = "[service.b]\ncommand=['x']\nstdin = \"inherit\"\n";
        Assert.Empty(Found(Second));
        Assert.Equal(
            ["f:6:9: b: stdin = \"inherit\" is for one service, and a has it at f:3:10; remove one of the two"],
            Found($"[service.a]\ncommand=['x']\nstdin =  \"inherit\"\n{Second}"));
    }

    [Fact]
    public void A_signal_for_a_service_that_does_not_exist_is_refused() =>
        Assert.Equal(
            ["f:4:11: SIGUSR2 goes to \"backnd\", and there is no such service; did you mean \"backend\"?"],
            Found("[service.backend]\ncommand=['x']\n[signals]\nSIGUSR2 = \"backnd\"\n"));

    [Fact]
    public void A_circle_is_shown_whole_at_one_of_its_edges() =>
        Assert.Equal(
            ["f:3:15: services wait for each other in a circle: a → b → c → a"],
            Found(
                "[service.a]\ncommand=['x']\ndepends_on = [\"b\"]\n[service.b]\ncommand=['x']\nafter = [\"c\"]\n"
                + "[service.c]\ncommand=['x']\ndepends_on = [\"a\"]\n[service.d]\ncommand=['x']\ndepends_on = [\"a\"]\n"));

    [Fact]
    public void Each_circle_is_shown_once_and_what_is_behind_it_not_at_all() =>
        Assert.Equal(
            [
                "services wait for each other in a circle: a → b → a",
                "services wait for each other in a circle: d → e → d",
            ],
            MetaMcp.Init.Core.Planning.Plan.Build(Make(["a: b", "b: a", "c: a", "d: e, b", "e: d", "f: e"])).Diagnostics.Select(
            d => d.ToString()));

    [Fact]
    public void Errors_of_keys_and_of_the_graph_come_together() =>
        Assert.Equal(
            ["f:2:1: unknown key \"comand\" in [service.a]; did you mean \"command\"?",
                "f:4:15: a: depends_on names \"b\", and there is no such service"],
            Found("[service.a]\ncomand = 1\ncommand=['x']\ndepends_on = [\"b\"]\n"));

    [Fact]
    public void A_service_lost_to_a_slip_of_syntax_is_not_reported_as_unknown() =>
        Assert.Equal(
            ["f:4:11: the name of a table ends with \"]\""],
            Found("[service.a]\ncommand=['x']\ndepends_on = [\"b\"]\n[service.b\ncommand=['x']\n"));

    [Fact]
    public void Ten_thousand_services_in_a_row_are_planned_at_once()
    {
        const int Many = 10_000;
        var settings = Make(Enumerable.Range(0, Many).Select(i => i == 0 ? "s0" : $"s{i}: s{i - 1}"));
        var watch = Stopwatch.StartNew();
        var plan = MetaMcp.Init.Core.Planning.Plan.Build(settings).Plan!;
        Assert.Equal(Many, plan.StartWaves.Length);
        Assert.Equal(Many, plan.LongestStop.Services.Length);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
    }

    [Fact]
    public void Ten_thousand_services_in_a_circle_are_refused_at_once()
    {
        const int Many = 10_000;
        var settings = Make(Enumerable.Range(0, Many).Select(i => $"s{i}: s{(i + 1) % Many}"));
        var circle = Assert.Single(MetaMcp.Init.Core.Planning.Plan.Build(settings).Diagnostics).Message;
        Assert.Equal(Many, circle.Count(c => c == '→'));
    }

    [Fact]
    public void The_longest_stop_is_the_chain_of_daemons_with_the_greatest_sum()
    {
        var settings = Make(["init", "db: init", "api: db", "cache: init", "web: api, cache"]);
        settings = settings with
        {
            Services = [.. settings.Services.Select(s => s with
            {
                StopTimeout = TimeSpan.FromSeconds(s.Name == "cache" ? 40 : 10),
                Type = s.Name == "init" ? ServiceType.Oneshot : ServiceType.Daemon,
            })],
        };
        var longest = MetaMcp.Init.Core.Planning.Plan.Build(settings).Plan!.LongestStop;
        Assert.Equal([4, 3], longest.Services);
        Assert.Equal(TimeSpan.FromSeconds(50), longest.Time);
    }

    [Fact]
    public void Nothing_to_run_is_an_empty_plan() =>
        Assert.Empty(MetaMcp.Init.Core.Planning.Plan.Build(new Settings()).Plan!.StartWaves);

    /// <param name="services"><c>name: depends_on, …:: after, …</c></param>
    internal static Settings Make(IEnumerable<string> services) => new()
    {
        Services =
        [
            .. services.Select(line =>
            {
                var after = line.Split("::");
                var parts = after[0].Split(':');
                return new ServiceSettings
                {
                    Name = parts[0].Trim(),
                    Command = ["/bin/true"],
                    DependsOn = parts.Length > 1 ? Names(parts[1]) : [],
                    After = after.Length > 1 ? Names(after[1]) : [],
                    StopTimeout = TimeSpan.FromMilliseconds(1),
                };
            }),
        ],
    };

    private static ImmutableArray<string> Names(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private static Plan Plan(params IEnumerable<string> services) => MetaMcp.Init.Core.Planning.Plan.Build(Make(services)).Plan!;

    private static IEnumerable<string> Found(string text) =>
        MetaMcp.Init.Core.Planning.Plan.Of(ConfigReader.Read("f", Encoding.UTF8.GetBytes(text))).Diagnostics.Select(d => d.ToString());
}
