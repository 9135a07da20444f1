using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Supervision;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Operating;

public sealed class TallyTests
{
    [Theory]
    [InlineData("300ms", "oom")]
    [InlineData("11s", "failed")]
    public void A_process_that_the_kernel_killed_is_the_reason_of_a_restart_that_follows_it_and_of_no_later_one(string after, string reason)
    {
        var hog = Daemon("hog") with { Limits = new CgroupLimits { MemoryMax = new ByteSize(64 << 20) } };
        var world = new World(hog, Daemon("keep")).Begin();
        var run = StateRun(world);
        world.Post(new SystemEvent.OutOfMemory(run, default, new OomCounts(1, 1, 1, 0, 0, 0), null)).Pass(after).Exits("hog", 1).Pass("3s");
        var counts = world.Looks(new ControlRequest(ControlVerb.Metrics)).OfType<CountRow>().ToList();
        Assert.Equal([(reason, 1L)], counts.Where(c => c.Family == "restarts_total").Select(c => (c.Label, c.Value)));
        Assert.Equal(1, counts.Where(c => c.Family == "oom_kills_total" && c.Name == "hog").Sum(c => c.Value));
        var system = world.Looks(new ControlRequest(ControlVerb.Status)).OfType<SystemRow>().Single();
        Assert.Equal(1, system.OutOfMemory);
        Assert.Equal(Span(after) + Span("3s"), system.LastOutOfMemory);
    }

    private static long StateRun(World world) => Core.Services.StatePredicates.RunOf(world.StateOf("hog"))!.Value;
}
