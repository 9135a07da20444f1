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
}
