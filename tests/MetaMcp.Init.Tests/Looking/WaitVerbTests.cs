using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Looking;

namespace MetaMcp.Init.Tests.Looking;

public sealed class WaitVerbTests
{
    /// <summary>A trial run that is up is called trial until it has lasted for reset_after.</summary>
    [Theory]
    [InlineData(ServiceCondition.Trial, true, true)]
    [InlineData(ServiceCondition.Failing, true, true)]
    [InlineData(ServiceCondition.Completed, true, true)]
    [InlineData(ServiceCondition.Trial, false, null)]
    [InlineData(ServiceCondition.Starting, false, null)]
    [InlineData(ServiceCondition.Finished, false, false)]
    public void A_service_is_waited_for_until_PID_1_calls_it_ready(ServiceCondition condition, bool isReady, bool? isReached)
    {
        var system = new SystemRow
        {
            Version = "1", Pid = 1, Uptime = TimeSpan.Zero, Phase = SystemPhase.Running, Ready = 1, Services = 1,
        };
        var row = new ServiceRow { Name = "a", Condition = condition, IsReady = isReady, Since = TimeSpan.Zero };
        Assert.Equal(isReached, WaitVerb.ReadyOf(new StatusDocument(system, [row], [], [])).IsReached);
    }

    [Fact]
    public void All_that_have_failed_are_named_and_while_none_has_all_that_are_waited_for()
    {
        Assert.Equal(
            ((bool?)false, "a is failed, b is finished"),
            WaitVerb.ReadyOf(Of(("a", ServiceCondition.Failed), ("c", ServiceCondition.Starting), ("b", ServiceCondition.Finished))));
        Assert.Equal(
            ((bool?)null, "a is starting, b is backoff"),
            WaitVerb.ReadyOf(Of(("a", ServiceCondition.Starting), ("b", ServiceCondition.Backoff))));
        Assert.Equal(
            ((bool?)null, "a is ready, b is stopping"),
            WaitVerb.StopsOf(Of(("a", ServiceCondition.Ready), ("b", ServiceCondition.Stopping))));
    }

    /// <summary>The sum over the rows that were asked for is not the use of the workload.</summary>
    [Fact]
    public void A_sum_over_some_services_is_not_shown_as_that_of_all_and_the_count_of_a_cgroup_is()
    {
        var status = Of(("a", ServiceCondition.Ready)) with { Workload = new Usage(5, IsEstimate: true) };
        Assert.Null(StatusVerb.WithoutSum(status).Workload);
        status = status with { System = status.System with { Cgroup = "/sys/fs/cgroup/workload" } };
        Assert.NotNull(StatusVerb.WithoutSum(status).Workload);
    }

    private static StatusDocument Of(params (string Name, ServiceCondition Condition)[] services)
    {
        var system = new SystemRow
        {
            Version = "1", Pid = 1, Uptime = TimeSpan.Zero, Phase = SystemPhase.Running, Ready = 1, Services = 1,
        };
        return new StatusDocument(
            system, [.. services.Select(s => new ServiceRow { Name = s.Name, Condition = s.Condition, Since = TimeSpan.Zero })], [], []);
    }
}
