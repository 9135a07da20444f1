using System.Text.Json;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>The <c>command</c> of [alerts].</summary>
public sealed class AlertCommandTests
{
    [Fact]
    public void It_gets_a_document_for_each_alert_that_is_told()
    {
        var world = Running(Daemon("a"));
        world.Exits("a", 3).Pass("2s").Exits("a", 3).Pass("2s");
        Assert.Equal(2, world.Documents.Count);
        var raised = JsonDocument.Parse(world.Documents[0]).RootElement;
        Assert.Equal(
            ["schema", "alert", "name", "state", "severity", "reason", "since_ms", "withheld", "missed", "uptime_ms"],
            raised.EnumerateObject().Select(m => m.Name));
        Assert.Equal("process-failure", raised.GetProperty("alert").GetString());
        Assert.Equal("a", raised.GetProperty("name").GetString());
        Assert.Equal("raised", raised.GetProperty("state").GetString());
        Assert.EndsWith("\n", world.Documents[0], StringComparison.Ordinal);
        var resolved = JsonDocument.Parse(world.Documents[1]).RootElement;
        Assert.Equal("resolved", resolved.GetProperty("state").GetString());
        Assert.Equal(1000, resolved.GetProperty("since_ms").GetInt64());
    }

    [Fact]
    public void Never_two_run_at_once_and_the_order_is_kept()
    {
        var world = Running(Daemon("a").Policy(RestartPolicy.Never), Daemon("b").Policy(RestartPolicy.Never), Daemon("c"));
        world.HoldsCommand = true;
        world.Exits("a", 1).Exits("b", 1);
        Assert.Equal(["a"], Names(world));
        world.AlertCommandEnds();
        Assert.Equal(["a", "b"], Names(world));
        world.AlertCommandEnds();
        Assert.Equal(["a", "b"], Names(world));
    }

    [Fact]
    public void One_that_hangs_is_killed_after_its_time_and_that_is_told_once()
    {
        var world = Running([.. Enumerable.Range(0, 3).Select(i => Daemon($"s{i}").Policy(RestartPolicy.Never)), Daemon("x")]);
        world.HoldsCommand = true;
        world.Exits("s0", 1).Exits("s1", 1).Exits("s2", 1).Pass("9s");
        Assert.Equal(0, world.Kills);
        world.Pass("25s");
        Assert.Equal(3, world.Kills);
        Assert.Equal(3, world.Documents.Count);
        Assert.Equal(
            "command of [alerts]: it was killed, since it had not ended within 10s; the log and events have every alert; this is told " +
            "again once the command has worked",
            Assert.Single(world.Heard, h => h.Notice.Kind == Notices.AlertCommandFailed).Notice.ToString());
        Assert.Equal(2, JsonDocument.Parse(world.Documents[2]).RootElement.GetProperty("missed").GetInt64());
    }

    [Fact]
    public void One_that_does_not_end_by_SIGKILL_keeps_the_others_waiting_and_nothing_else()
    {
        var world = Running(Daemon("a").Policy(RestartPolicy.Never), Daemon("b").Policy(RestartPolicy.Never), Daemon("c"));
        (world.HoldsCommand, world.IsCommandBeyondKill) = (true, true);
        world.Exits("a", 1).Exits("b", 1).Pass("1m");
        Assert.InRange(world.Kills, 20, 30);
        Assert.Equal(["a"], Names(world));
        world.AlertCommandEnds("killed");
        Assert.Equal(["a", "b"], Names(world));
    }

    [Fact]
    public void After_it_has_worked_its_next_failure_is_told_again()
    {
        var world = Running([.. Enumerable.Range(0, 4).Select(i => Daemon($"s{i}").Policy(RestartPolicy.Never)), Daemon("x")]);
        world.CommandProblem = "it ended with exit code 1";
        world.Exits("s0", 1).Exits("s1", 1);
        Assert.Equal(1, Failures(world));
        world.CommandProblem = null;
        world.Exits("s2", 1);
        world.CommandProblem = "it ended with exit code 1";
        world.Exits("s3", 1);
        Assert.Equal(2, Failures(world));
    }

    [Fact]
    public void More_than_it_can_take_are_dropped_from_the_oldest_and_counted()
    {
        var services = Enumerable.Range(0, 60).Select(i => Daemon($"s{i}").Policy(RestartPolicy.Never));
        var world = Running([.. services, Daemon("x")]);
        (world.HoldsCommand, world.IsCommandBeyondKill) = (true, true);
        foreach (var service in services)
            world.Exits(service.Name, 1);
        world.Pass("3m");
        Assert.Equal(1, Failures(world));
        (world.HoldsCommand, world.IsCommandBeyondKill) = (false, false);
        world.AlertCommandEnds();
        Assert.Equal(33, world.Documents.Count);
        Assert.Equal(28, world.Documents.Skip(1).Select(d => JsonDocument.Parse(d).RootElement.GetProperty("missed").GetInt64()).Max());
    }

    [Fact]
    public void The_last_that_is_dropped_is_one_that_raises_something_critical()
    {
        var first = Daemon("first").Policy(RestartPolicy.Never);
        var others = Enumerable.Range(0, 40).Select(i => Daemon($"s{i}")).ToArray();
        var world = Running([first, .. others]);
        (world.HoldsCommand, world.IsCommandBeyondKill) = (true, true);
        world.Exits("s0", 1).Exits("first", 1);
        foreach (var service in others[1..])
            world.Exits(service.Name, 1).Pass("4s");
        (world.HoldsCommand, world.IsCommandBeyondKill) = (false, false);
        world.AlertCommandEnds().Pass("1m");
        Assert.Contains("first", Names(world));
        Assert.DoesNotContain("s1", Names(world));
    }

    [Fact]
    public void The_end_of_the_container_waits_for_the_alert_that_tells_why()
    {
        var world = Running(Daemon("a").Policy(RestartPolicy.Never).Required());
        world.HoldsCommand = true;
        world.Exits("a", 3);
        Assert.IsType<Phase.ShuttingDown>(world.Phase);
        Assert.Equal(["a"], Names(world));
        world.Pass("1s").AlertCommandEnds();
        Assert.Equal(3, world.ExitCode);
        Assert.Equal(TimeSpan.FromSeconds(1), world.Elapsed);
    }

    [Fact]
    public void But_not_for_long()
    {
        var world = Running(Daemon("a").Policy(RestartPolicy.Never).Required());
        world.HoldsCommand = true;
        world.Exits("a", 3).Pass("1m");
        Assert.Equal(1, world.Kills);
        Assert.Equal(3, world.ExitCode);
        Assert.Equal(TimeSpan.FromSeconds(3), world.Elapsed);
    }

    [Fact]
    public void And_never_for_more_than_half_of_its_time()
    {
        var world = new World(File(Daemon("a").Policy(RestartPolicy.Never).Required()) with
        {
            Alerts = new AlertSettings { Command = ["/bin/notify"] }, Shutdown = new ShutdownSettings { Timeout = TimeSpan.FromSeconds(2) },
        }).Begin();
        world.HoldsCommand = true;
        world.Exits("a", 3).Pass("1m").NeverTold("emergency: not down within 2s");
        Assert.Equal(TimeSpan.FromSeconds(1), world.Elapsed);
    }

    [Fact]
    public void A_document_has_room_in_the_shortest_pipe()
    {
        var name = new string('\u0001', 3000);
        var world = new World(File(Daemon("a")) with
        {
            Init = new InitSettings { OrphanGrace = TimeSpan.FromSeconds(1) }, Alerts = new AlertSettings { Command = ["/bin/notify"] },
        }).Begin();
        world.HasStranger(name);
        world.Exits("a", 1).Pass("1m");
        var document = Assert.Single(world.Documents, d => d.Contains("orphans", StringComparison.Ordinal));
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(document), 1000, 4096);
        Assert.Equal("orphans", JsonDocument.Parse(document).RootElement.GetProperty("alert").GetString());
    }

    private static World Running(params ServiceSettings[] services) =>
        new World(File([.. services]) with { Alerts = new AlertSettings { Command = ["/bin/notify"] } }).Begin().Forget();

    private static int Failures(World world) => world.Heard.Count(h => h.Notice.Kind == Notices.AlertCommandFailed);

    private static IEnumerable<string?> Names(World world) =>
        world.Documents.Select(d => JsonDocument.Parse(d).RootElement.GetProperty("name").GetString());
}
