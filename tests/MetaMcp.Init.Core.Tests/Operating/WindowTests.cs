using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Supervision;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Operating;

/// <summary>Answers to requests that look.</summary>
public sealed class WindowTests
{
    [Fact]
    public void A_service_in_its_back_off_has_the_reason_and_the_time_of_its_next_start()
    {
        var slow = new BackoffSettings { Initial = Span("30s"), Max = Span("30s"), Jitter = 0 };
        var world = new World(Daemon("a").Backoff(slow), Daemon("keep")).Begin().Pass("5s").Exits("a", 3).Pass("10s");
        var row = world.RowOf("a");
        Assert.Equal((ServiceCondition.Backoff, "exit code 3", Span("20s")), (row.Condition, row.Why, row.Next));
        Assert.Equal(("exit code 3", 3, 1), (row.LastEnd, row.LastCode, row.Starts));
        Assert.Equal((Span("10s"), null, null), (row.Since, row.Pid, row.Instance));
    }

    /// <summary>Its processor time counts for the run: divided by the time in its state it would be any number of processors.</summary>
    [Fact]
    public void The_age_of_a_run_is_that_of_its_process_and_not_of_its_state()
    {
        var world = new World(Daemon("a").Probed("60s"), Daemon("keep"));
        world.Program("a").Probe = ProbeBehaviour.Hangs;
        world.Begin().Pass("20s").ProbeEnds("a", 0).Pass("1s");
        var row = world.RowOf("a");
        Assert.Equal((ServiceCondition.Ready, Span("1s"), Span("21s")), (row.Condition, row.Since, row.RunAge));
        world.Exits("a", 1);
        Assert.Null(world.RowOf("a").RunAge);
    }

    [Fact]
    public void A_service_that_was_skipped_names_the_one_it_needs()
    {
        var world = new World(Oneshot("db").Policy(RestartPolicy.Never), Daemon("a").Needs("db"), Daemon("keep")).Begin().Exits("db", 3);
        Assert.Equal((ServiceCondition.Skipped, "needs db"), (world.RowOf("a").Condition, world.RowOf("a").Why));
        Assert.Equal(["a"], world.RowOf("db").NeededBy.AsEnumerable());
        Assert.Equal(["db"], world.RowOf("a").DependsOn.AsEnumerable());
    }

    [Fact]
    public void Names_choose_the_services_and_the_row_of_the_whole_is_always_there()
    {
        var world = new World(Daemon("a"), Daemon("b"), Daemon("c")).Begin();
        var rows = world.Looks(new ControlRequest(ControlVerb.Status) { Names = ["c", "a"] });
        Assert.IsType<SystemRow>(rows[0]);
        Assert.Equal(["a", "c"], rows.OfType<ServiceRow>().Select(r => r.Name));
        Assert.Equal(world.Heard.Count(t => t.Notice.Kind.Level != LogLevelSetting.Debug), Assert.IsType<EndRow>(rows[^1]).Sequence);
        Assert.Equal(3, world.Looks(new ControlRequest(ControlVerb.Status)).OfType<ServiceRow>().Count());
    }

    [Theory]
    [InlineData(ControlVerb.Status)]
    [InlineData(ControlVerb.Ps)]
    [InlineData(ControlVerb.Metrics)]
    [InlineData(ControlVerb.Events)]
    [InlineData(ControlVerb.Logs)]
    [InlineData(ControlVerb.Health)]
    public void A_name_that_is_not_known_is_refused_with_the_near_one(ControlVerb verb)
    {
        var world = new World(Daemon("backend"), Daemon("b")).Begin();
        var end = Assert.IsType<EndRow>(Assert.Single(world.Looks(new ControlRequest(verb) { Names = ["b", "bakend"] })));
        Assert.Equal(ControlError.UnknownName, end.Error);
        Assert.Contains("bakend", end.Text, StringComparison.Ordinal);
        Assert.Contains("did you mean", end.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("backend", end.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_look_ends_with_exactly_one_end()
    {
        var world = new World(Daemon("a"), Oneshot("b")).Begin();
        foreach (var verb in Enum.GetValues<ControlVerb>().Where(v => !ControlVerbs.Acts(v)))
        {
            var rows = world.Looks(new ControlRequest(verb));
            Assert.IsType<EndRow>(rows[^1]);
            Assert.Single(rows.OfType<EndRow>());
        }
    }

    [Fact]
    public void Health_is_of_the_required_services_or_of_the_named_ones()
    {
        var world = new World(Daemon("a").Required().Probed(), Daemon("b"), Daemon("c").Probed());
        world.Program("a").Probe = world.Program("c").Probe = ProbeBehaviour.Hangs;
        world.Begin();
        Assert.Equal("a is starting.", Problem(world));
        Assert.Equal(["a is starting"], Assert.IsType<SystemRow>(world.Looks(new ControlRequest(ControlVerb.Status))[0]).NotReady);
        Assert.Null(Problem(world, isAlive: true));
        Assert.Null(Problem(world, "b"));
        Assert.Equal("a is starting, c is starting.", Problem(world, "a", "b", "c"));
        Assert.Null(Problem(world, isAlive: true, "a", "c"));
        world.Program("a").Probe = world.Program("c").Probe = ProbeBehaviour.Succeeds;
        world.ProbeEnds("a", 0);
        world.ProbeEnds("c", 0);
        Assert.Null(Problem(world));
        world.Asks(ControlVerb.Stop, "a");
        Assert.Contains("a is stopped", Problem(world), StringComparison.Ordinal);
        Assert.Contains("a is stopped", Problem(world, isAlive: true, "a"), StringComparison.Ordinal);
        world.Program("b").Ignores(Signal.Term);
        world.Signal(Signal.Term);
        Assert.Contains("shutting down", Problem(world), StringComparison.Ordinal);
        Assert.Null(Problem(world, isAlive: true));
    }

    [Fact]
    public void Events_go_on_from_a_number_without_a_gap()
    {
        var world = new World(Daemon("a"), Daemon("b")).Begin();
        var all = Events(world, null);
        Assert.Equal(Enumerable.Range(1, all.Count).Select(n => (long)n), all.Select(e => e.Sequence));
        Assert.Equal(all.Skip(2), Events(world, 2));
        Assert.Empty(Events(world, all.Count));
        Assert.DoesNotContain(
            world.Looks(new ControlRequest(ControlVerb.Events) { Since = all.Count }), row => row is GapRow);
        Assert.All(Events(world, null, "b"), e => Assert.Equal("b", e.Subject));
        Assert.NotEmpty(Events(world, null, "b"));
    }

    [Fact]
    public void A_number_of_an_earlier_life_gives_all_events_and_says_so()
    {
        var world = new World(Daemon("a"), Daemon("b")).Begin();
        var all = Events(world, null);
        var rows = world.Looks(new ControlRequest(ControlVerb.Events) { Since = all.Count + 1 });
        Assert.Equal(new GapRow(0) { Next = 1, NeverGiven = all.Count + 1 }, rows[0]);
        Assert.Equal(all, rows.OfType<EventRow>());
        rows = world.Looks(new ControlRequest(ControlVerb.Events) { Since = long.MaxValue });
        Assert.Equal(all, rows.OfType<EventRow>());
    }

    [Fact]
    public void A_follower_gets_each_event_once_and_a_gap_for_those_that_are_not_kept()
    {
        var world = new World(Daemon("a"), Daemon("keep")).Begin();
        var follower = world.Supervisor.Window.Look(new ControlRequest(ControlVerb.Events) { IsFollowing = true });
        var last = 0L;
        for (var round = 0; round < 5; round++)
        {
            while (follower.MoveNext() && follower.Current is { } row)
                Assert.Equal(++last, Assert.IsType<EventRow>(row).Sequence);
            world.Exits("a", 1).Pass("1m");
        }
        while (world.Supervisor.Window.Events.First <= last + 10)
            world.Exits("a", 1).Pass("1m");
        Assert.True(follower.MoveNext());
        var gap = Assert.IsType<GapRow>(follower.Current);
        Assert.Equal((world.Supervisor.Window.Events.First - last - 1, world.Supervisor.Window.Events.First), (gap.Lost, gap.Next));
        Assert.True(follower.MoveNext());
        Assert.Equal(gap.Next, Assert.IsType<EventRow>(follower.Current).Sequence);
    }

    [Fact]
    public void A_service_that_a_reload_has_removed_is_shown_until_it_has_ended()
    {
        var world = new World(Daemon("a"), Daemon("keep"));
        world.Program("a").Ignores(Signal.Term);
        world.Begin().Reloads(Daemon("keep"));
        Assert.Equal(ServiceCondition.Stopping, world.RowOf("a").Condition);
        world.Pass("1m");
        Assert.IsType<EndRow>(Assert.Single(world.Looks(new ControlRequest(ControlVerb.Status) { Names = ["a"] })));
    }

    [Fact]
    public void Starts_ends_and_probes_are_counted()
    {
        var world = new World(Daemon("a").Probed(), Daemon("keep")).Begin();
        world.Exits("a", 3).Pass("1m").IsKilledBy("a", Signal.FromNumber(11)).Pass("1m");
        var counts = world.Looks(new ControlRequest(ControlVerb.Metrics)).OfType<CountRow>().ToList();
        Assert.Equal(3, Value("starts_total", null));
        Assert.Equal((1, 1), (Value("exits_total", "failure"), Value("exits_total", "signal")));
        Assert.True(Value("probes_total", "success") >= 3);
        Assert.True(counts.Single(c => c.Family == "reaped_total").Value >= 2);

        long Value(string family, string? label) =>
            counts.Where(c => c.Family == family && c.Name == "a" && c.Label == label).Sum(c => c.Value);
    }

    [Fact]
    public void A_reload_in_the_middle_of_an_answer_breaks_nothing()
    {
        var world = new World([.. Enumerable.Range(0, 40).Select(i => Daemon($"s{i}"))]).Begin();
        var answer = world.Supervisor.Window.Look(new ControlRequest(ControlVerb.Metrics));
        for (var row = 0; row < 10; row++)
            Assert.True(answer.MoveNext());
        world.Reloads(Daemon("s1"), Daemon("new"));
        var rows = new List<StatusRow?>();
        while (answer.MoveNext())
            rows.Add(answer.Current);
        Assert.IsType<EndRow>(rows[^1]);
    }

    private static List<EventRow> Events(World world, long? since, params string[] names) =>
        [.. world.Looks(new ControlRequest(ControlVerb.Events) { Since = since, Names = [.. names] }).OfType<EventRow>()];

    private static string? Problem(World world, params string[] names) => Problem(world, false, names);

    private static string? Problem(World world, bool isAlive, params string[] names)
    {
        var rows = world.Looks(new ControlRequest(ControlVerb.Health) { Names = [.. names], IsAlive = isAlive });
        Assert.Equal(names.Order(), rows.OfType<ServiceRow>().Select(r => r.Name).Order());
        return Assert.IsType<EndRow>(rows[^1]).Text;
    }
}
