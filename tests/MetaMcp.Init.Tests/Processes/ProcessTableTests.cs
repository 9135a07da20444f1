using System.Diagnostics;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Tests.Processes;

public sealed class ProcessTableTests
{
    [Fact]
    public void A_process_that_sleeps_is_not_blocked()
    {
        using var sleeping = Process.Start("/bin/sleep", "60");
        Assert.True(SpinWait.SpinUntil(() => !ProcessTable.IsBlocked(sleeping.Id), TimeSpan.FromSeconds(10)));
        sleeping.Kill();
    }

    [Fact]
    public void One_that_is_gone_is_taken_to_be_blocked() => Assert.True(ProcessTable.IsBlocked(int.MaxValue - 1));

    [Fact]
    public void The_close_figure_of_a_process_is_no_higher_than_the_rough_one()
    {
        Assert.True(ProcessTable.TryRead(Environment.ProcessId, out var self));
        var (rough, close) = (new UsageSum(), new UsageSum());
        close.AddEstimate(self);
        rough.AddRoughly(self);
        // The runtime may have allocated or freed some memory between the two readings.
        Assert.InRange(close.Memory, rough.Memory / 2, rough.Memory + (rough.Memory / 4));
    }
}
