using System.Collections.Immutable;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Tests.Supervision;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Monitoring;

/// <summary>Memory becomes short: who is ended, when, and what is said. The cap of all together is 100 MiB.</summary>
public sealed class PressureTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void At_critical_the_largest_optional_service_is_ended_at_once()
    {
        var world = Begun(Daemon("gateway").Required(), Daemon("big"), Daemon("small"));
        world.Holds("gateway", 40 * MiB).Holds("small", 10 * MiB).Holds("big", 39 * MiB).Told();
        Assert.Empty(Actions(world));
        world.Holds("big", 40 * MiB);
        var action = Assert.Single(Actions(world));
        Assert.Equal(
            "big: ended to relieve memory, the largest optional service, where memory is critical: 90.0MiB of 100.0MiB (memory of " +
            "[limits]), 90 %; considered: big (40.0MiB), small (10.0MiB)", action.Notice.ToString());
        Assert.True(action.Notice.Run > 0);
        Assert.Contains("SIGTERM big", world.Told());
    }

    [Fact]
    public void A_figure_that_moves_around_the_threshold_is_one_action()
    {
        var world = Begun(Daemon("gateway").Required(), Daemon("big"), Daemon("small"));
        world.Holds("gateway", 86 * MiB).Holds("small", 1 * MiB).Holds("big", 3 * MiB);
        world.Program("big").Memory = 0;
        _ = Assert.Single(Actions(world));
        for (var minute = 0; minute < 60; minute++)
            world.Holds("gateway", 88 * MiB).Pass("30s").Holds("gateway", 91 * MiB).Pass("30s");
        _ = Assert.Single(Actions(world));
    }

    [Fact]
    public void A_settled_breach_that_grows_clearly_is_acted_on_again()
    {
        var world = Begun(Daemon("gateway").Required(), Daemon("big"), Daemon("small"));
        world.Holds("gateway", 86 * MiB).Holds("small", 1 * MiB).Holds("big", 3 * MiB);
        world.Program("big").Memory = 0;
        world.Pass("10s").Holds("gateway", 93 * MiB).Pass("10s");
        _ = Assert.Single(Actions(world));
        world.Holds("gateway", 94 * MiB).Pass("500ms");
        Assert.Equal(["big", "small"], Actions(world).Select(a => a.Notice.Service));
    }

    [Fact]
    public void The_next_one_waits_for_the_memory_of_the_first_and_for_two_seconds_more()
    {
        var world = Begun(Daemon("gateway").Required(), Daemon("slow").StopTimeout("5s"), Daemon("next"));
        world.Program("slow").Ignores(Signal.Term);
        (world.Program("gateway").Memory, world.Program("next").Memory) = (80 * MiB, 11 * MiB);
        world.Holds("slow", 12 * MiB);
        _ = Assert.Single(Actions(world));
        world.Pass("4900ms");
        _ = Assert.Single(Actions(world));
        // SIGKILL after 5 s; from then on 91 MiB are left.
        world.Program("slow").Memory = 0;
        world.Holds("gateway", 80 * MiB).Pass("1900ms");
        _ = Assert.Single(Actions(world));
        world.Pass("700ms");
        Assert.Equal(["slow", "next"], Actions(world).Select(a => a.Notice.Service));
        Assert.InRange(Actions(world)[1].At - Actions(world)[0].At, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7.5));
    }

    [Fact]
    public void That_no_run_may_be_ended_is_told_once_in_each_breach()
    {
        var world = Begun(Daemon("gateway").Required(), Daemon("other").Required());
        world.Holds("other", 10 * MiB).Holds("gateway", 82 * MiB).Pass("1h");
        var told = Assert.Single(Of(world, Notices.PressureHelpless));
        Assert.Equal(
            "memory is critical, 92.0MiB of 100.0MiB (memory of [limits]), 92 %, and no run may be ended: only required services are " +
            "left, which go from 97 % on", told.Notice.ToString());
        world.Holds("gateway", 70 * MiB).Pass("10s").Holds("gateway", 85 * MiB).Pass("1h");
        Assert.Equal(2, Of(world, Notices.PressureHelpless).Count);
        Assert.Empty(Actions(world));
    }

    [Fact]
    public void A_required_service_goes_at_the_last_reserve_and_only_if_nothing_else_is_left()
    {
        var world = Begun(Daemon("gateway").Required(), Daemon("other").Policy(RestartPolicy.Never));
        world.Holds("gateway", 98 * MiB).Pass("1s");
        Assert.Equal("other", Assert.Single(Actions(world)).Notice.Service);
        world.Pass("1500ms");
        Assert.Equal(["other", "gateway"], Actions(world).Select(a => a.Notice.Service));
        Assert.StartsWith("gateway: ended to relieve memory, required, but nothing else is left, where", $"{Actions(world)[1].Notice}",
            StringComparison.Ordinal);
    }

    [Fact]
    public void At_most_eight_candidates_are_named()
    {
        var services = Enumerable.Range(1, 12).Select(i => Daemon($"s{i}")).ToArray();
        var world = Begun(services);
        for (var i = 1; i <= 12; i++)
            world.Program($"s{i}").Memory = i * MiB;
        world.Holds("s1", 30 * MiB);
        var named = (ImmutableArray<string>)Assert.Single(Actions(world)).Notice["Candidates"]!;
        Assert.Equal(9, named.Length);
        Assert.Equal(("s1 (30.0MiB)", "and 4 more"), (named[0], named[^1]));
    }

    [Fact]
    public void While_memory_is_far_from_critical_no_look_comes()
    {
        var world = Begun(Daemon("gateway"));
        world.Holds("gateway", 89 * MiB).Pass("3s");
        Assert.Empty(world.PressureLooks);
        Assert.True(world.HasWire);
    }

    [Fact]
    public void The_wire_returns_when_memory_has_been_clearly_below_for_two_seconds()
    {
        var world = Begun(Daemon("gateway").Required());
        world.Holds("gateway", 91 * MiB).Pass("10s");
        Assert.False(world.HasWire);
        world.Holds("gateway", 86 * MiB).Pass("10s");
        Assert.False(world.HasWire);
        world.Holds("gateway", 84 * MiB).Pass("1900ms");
        Assert.False(world.HasWire);
        world.Pass("1s");
        Assert.True(world.HasWire);
        var looks = world.PressureLooks.Count;
        world.Pass("9s");
        Assert.Equal(looks, world.PressureLooks.Count);
    }

    [Fact]
    public void Pages_of_files_that_trip_the_wire_end_no_run_and_cost_two_looks_a_second()
    {
        var world = Begun(Daemon("gateway"), Daemon("reader"));
        world.PagesOfFiles = 85 * MiB;
        world.Holds("reader", 10 * MiB).Pass("1m");
        Assert.False(world.HasWire);
        Assert.Empty(Actions(world));
        Assert.InRange(world.PressureLooks.Count, 100, 122);
        world.PagesOfFiles = 0;
        world.Pass("3s");
        Assert.True(world.HasWire);
    }

    [Fact]
    public void The_containers_own_limit_has_the_same_order()
    {
        var world = new World(File(Daemon("gateway").Required(), Daemon("big"), Daemon("small")), ownLimit: 200 * MiB).Begin();
        world.Holds("gateway", 100 * MiB).Holds("small", 20 * MiB).Holds("big", 30 * MiB).Pass("10s");
        Assert.Empty(Actions(world));
        world.Holds("big", 65 * MiB).Pass("500ms");
        var action = Assert.Single(Actions(world));
        Assert.Equal("big", action.Notice.Service);
        Assert.Contains("185.0MiB of 200.0MiB (the container's own limit), 92 %", action.Notice.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "the container: memory critical: 185.0MiB of its own limit of 200.0MiB, 92 %",
            Of(world, Notices.PressureHigh).Select(t => t.Notice.ToString()));
    }

    [Fact]
    public void Far_from_its_own_limit_the_container_is_looked_at_every_two_seconds_and_only_while_a_service_runs()
    {
        var world = new World(File(Daemon("gateway").Policy(RestartPolicy.Never), Daemon("b")), ownLimit: 200 * MiB).Begin();
        world.Pass("1m");
        Assert.InRange(world.PressureLooks.Count, 29, 32);
        world.Exits("gateway", 1).IsKilledBy("b", Signal.Kill);
        var looks = world.PressureLooks.Count;
        world.Pass("900ms");
        Assert.Equal(looks, world.PressureLooks.Count);
    }

    [Fact]
    public void Without_cgroups_a_critical_sum_is_acted_on_within_a_second()
    {
        var world = new World(Limited(Daemon("gateway").Required(), Daemon("big"), Daemon("small")), sampled: Controllers.All).Begin();
        (world.Program("gateway").Memory, world.Program("big").Memory, world.Program("small").Memory) = (40 * MiB, 42 * MiB, 4 * MiB);
        world.Pass("7300ms");
        Assert.Empty(Actions(world));
        world.Program("big").Memory = 48 * MiB;
        var since = world.Now;
        world.Pass("1s");
        var action = Assert.Single(Actions(world));
        Assert.Equal("big", action.Notice.Service);
        Assert.True(action.At - since < TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Without_cgroups_flapping_is_one_action_too()
    {
        var world = new World(Limited(Daemon("gateway").Required(), Daemon("big"), Daemon("small")), sampled: Controllers.All).Begin();
        (world.Program("gateway").Memory, world.Program("big").Memory) = (86 * MiB, 5 * MiB);
        world.Pass("1s");
        world.Program("big").Memory = 0;
        for (var minute = 0; minute < 30; minute++)
        {
            world.Program("gateway").Memory = 88 * MiB;
            world.Pass("30s");
            world.Program("gateway").Memory = 91 * MiB;
            world.Pass("30s");
        }
        _ = Assert.Single(Actions(world));
    }

    /// <summary>They hold between 60 and 89 MiB of 100 together.</summary>
    [Theory]
    [InlineData(Controllers.Memory, Controllers.None, false, 0, 0)]
    [InlineData(Controllers.None, Controllers.Memory, false, 0, 2)]
    [InlineData(Controllers.None, Controllers.None, true, 2, 0)]
    public void Fifteen_healthy_instances_are_left_alone_for_a_day(
        Controllers counted, Controllers sampled, bool hasOwnLimit, int mostLooksInASecond, int mostRoughLooks)
    {
        const int Day = 24 * 60 * 60;
        var services = Enumerable.Range(0, 15).Select(i => Daemon($"s{i:00}")).ToArray();
        var settings = hasOwnLimit ? File([.. services]) : Limited(services);
        var world = new World(settings, sampled, counted, hasOwnLimit ? 100 * MiB : null).Begin().Pass("1m").Forget();
        var random = new Random(1);
        for (var minute = 0; minute < 24 * 60; minute += 5)
        {
            for (var i = 0; i < 15; i++)
                world.Holds($"s{i:00}", (4 * MiB) + random.NextInt64(19 * MiB / 10));
            world.Pass("5m");
        }
        Assert.Empty(Actions(world));
        Assert.Empty(Of(world, Notices.PressureHelpless));
        Assert.InRange(world.PressureLooks.Count, mostLooksInASecond * Day / 4, mostLooksInASecond * (Day + 60));
        Assert.InRange(world.Measured.Count(m => !m.Closely), mostRoughLooks * Day / 4, mostRoughLooks * (Day + 60));
        // Close looks cost a process each: those at rough figures that do not change come every five seconds at most.
        Assert.True(world.Measured.Count(m => m.Closely) <= Day / 5, $"{world.Measured.Count(m => m.Closely)} close looks");
    }

    [Fact]
    public void Switched_off_there_is_no_wire_no_look_and_no_action()
    {
        var settings = Limited(Daemon("gateway"), Daemon("big"));
        settings = settings with { Limits = settings.Limits with { Monitoring = false } };
        var world = new World(settings, counted: Controllers.Memory, ownLimit: 100 * MiB).Begin();
        Assert.False(world.HasWire);
        world.Holds("big", 99 * MiB).Pass("1h");
        Assert.Empty(world.PressureLooks);
        Assert.Empty(Actions(world));
        Assert.True(world.Sleeps);
    }

    [Fact]
    public void Without_a_limit_nothing_wakes()
    {
        var world = new World(File(Daemon("a")), counted: Controllers.All).Begin();
        Assert.False(world.HasWire);
        Assert.True(world.Sleeps);
    }

    [Fact]
    public void In_a_shutdown_no_look_comes()
    {
        var world = Begun(Daemon("gateway"));
        world.Program("gateway").Ignores(Signal.Term);
        world.Signal(Signal.Term).Holds("gateway", 95 * MiB).Pass("5s");
        Assert.Empty(world.PressureLooks);
        Assert.Empty(Actions(world));
    }

    [Fact]
    public void Another_cap_moves_the_wire()
    {
        var world = Begun(Daemon("gateway").Required());
        world.Holds("gateway", 60 * MiB).Pass("1s");
        Assert.Empty(world.PressureLooks);
        var file = Limited(Daemon("gateway").Required());
        world.Reloads(file with { Limits = file.Limits with { Memory = new ByteSize(50 * MiB) } });
        Assert.NotEmpty(world.PressureLooks);
        Assert.Equal("gateway", Assert.Single(Actions(world)).Notice.Service);
    }

    [Fact]
    public void Actions_and_breaches_are_counted()
    {
        var world = Begun(Daemon("gateway").Required(), Daemon("big"));
        world.Holds("big", 91 * MiB).Pass("1s");
        Assert.Equal((1, 0), (world.Supervisor.Window.Tally.CorrectiveActions, world.Supervisor.Window.Tally.LimitBreaches));
        var sampled = new World(Limited(Daemon("a")), sampled: Controllers.All).Begin();
        sampled.Program("a").Memory = 101 * MiB;
        sampled.Pass("1s");
        Assert.Equal((0, 1), (sampled.Supervisor.Window.Tally.CorrectiveActions, sampled.Supervisor.Window.Tally.LimitBreaches));
    }

    private static World Begun(params ServiceSettings[] services) =>
        new World(Limited(services), counted: Controllers.All).Begin().Forget();

    private static Settings Limited(params ServiceSettings[] services) =>
        File([.. services]) with { Limits = new LimitSettings { Memory = new ByteSize(100 * MiB) } };

    private static List<ToldNotice> Actions(World world) => Of(world, Notices.PressureRelieved);

    private static List<ToldNotice> Of(World world, NoticeKind kind) => world.Heard.FindAll(t => t.Notice.Kind == kind);
}
