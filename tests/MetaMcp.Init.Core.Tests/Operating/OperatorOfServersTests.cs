using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Launching;
using MetaMcp.Init.Core.Tests.Supervision;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Operating;

/// <summary>Requests that act, for launched servers and for their types.</summary>
public sealed class OperatorOfServersTests
{
    private readonly PoolWorld _world = new(new Settings
    {
        Services = [Make.Daemon("gateway")],
        Servers = [new ServerSettings { Name = "memory", MaxInstances = 3 }, new ServerSettings { Name = "unused" }],
    });

    [Fact]
    public void A_type_stands_for_all_of_its_instances_and_an_instance_for_itself()
    {
        _world.Runs(1).Runs(2).Runs(3, "other").Forget();
        var names = Rows(ControlVerb.Status, "memory").OfType<InstanceRow>().Select(row => row.Name).ToList();
        Assert.Equal(2, names.Count);
        var rows = Asked(ControlVerb.Stop, names[0]);
        Assert.Equal(names[0], Assert.IsType<TargetRow>(rows[0]).Name);
        Assert.Contains("1 SIGTERM", _world.Story);
        Assert.DoesNotContain("2 SIGTERM", _world.Story);
        _world.Forget();
        Assert.Equal([names[1]], Asked(ControlVerb.Stop, "memory").OfType<TargetRow>().Select(row => row.Name));
        Assert.Contains("2 SIGTERM", _world.Story);
        Assert.DoesNotContain("3 SIGTERM", _world.Story);
        Assert.Single(Rows(ControlVerb.Status).OfType<InstanceRow>());
    }

    [Theory]
    [InlineData(ControlVerb.Start)]
    [InlineData(ControlVerb.Stop)]
    [InlineData(ControlVerb.Restart)]
    public void A_type_without_an_instance_is_told_apart_from_a_name_that_is_not_known(ControlVerb verb)
    {
        Assert.Equal(ControlError.State, Assert.IsType<EndRow>(Assert.Single(Asked(verb, "unused"))).Error);
        Assert.Equal(ControlError.UnknownName, Assert.IsType<EndRow>(Assert.Single(Asked(verb, "unsued"))).Error);
    }

    [Fact]
    public void An_instance_is_started_by_its_client_alone()
    {
        _world.Runs(1).Forget();
        Assert.True(Assert.IsType<TargetRow>(Asked(ControlVerb.Start, "memory")[0]).IsUnchanged);
        Assert.Contains("its client", Assert.IsType<TargetRow>(Asked(ControlVerb.Restart, "memory")[0]).Text, StringComparison.Ordinal);
        Assert.Contains("1 SIGTERM", _world.Story);
    }

    [Fact]
    public void An_instance_that_is_ending_is_left_to_that()
    {
        _world.Stubborn.Add(1);
        _world.Runs(1);
        Assert.False(Assert.IsType<TargetRow>(Asked(ControlVerb.Stop, "memory")[0]).IsUnchanged);
        _world.Forget();
        Assert.True(Assert.IsType<TargetRow>(Asked(ControlVerb.Stop, "memory")[0]).IsUnchanged);
        Assert.Empty(_world.Story);
    }

    [Fact]
    public void A_signal_goes_to_the_main_process_of_each()
    {
        _world.Stubborn.Add(1);
        _world.Runs(1).Forget();
        var rows = _world.Operator(new ControlRequest(ControlVerb.Signal) { Names = ["memory"], Signal = Signal.FromNumber(12) });
        Assert.Contains($"pid {_world.PidOf(1)}", Assert.IsType<TargetRow>(rows[0]).Text, StringComparison.Ordinal);
        Assert.Contains("1 SIGUSR2", _world.Story);
    }

    [Fact]
    public void The_rows_of_types_and_instances_say_how_many_there_are_and_may_be()
    {
        _world.Runs(1).Runs(2).Asks(3).Launch(2, new Core.Launching.LaunchEvent.Idle(true));
        var type = Rows(ControlVerb.Status, "memory").OfType<ServerRow>().Single();
        Assert.Equal((3, 3), (type.Instances, type.Most));
        Assert.Equal(["memory", "unused"], Rows(ControlVerb.Status).OfType<ServerRow>().Select(row => row.Name));
        Assert.All(Rows(ControlVerb.Status).OfType<InstanceRow>(), row => Assert.Equal("gateway", row.Service));
    }

    private List<StatusRow> Asked(ControlVerb verb, params string[] names) =>
        _world.Operator(new ControlRequest(verb) { Names = [.. names] });

    private List<StatusRow> Rows(ControlVerb verb, params string[] names)
    {
        var window = _world.Supervisor.Window;
        window.Now = _world.Now;
        var rows = new List<StatusRow>();
        for (var answer = window.Look(new ControlRequest(verb) { Names = [.. names] }); answer.MoveNext() && answer.Current is { } row;)
            rows.Add(row);
        return rows;
    }
}
