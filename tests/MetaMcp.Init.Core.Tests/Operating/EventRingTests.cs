using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Operating;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Operating;

public sealed class EventRingTests
{
    private static readonly Instant Begin = new(1_000_000_000_000);
    private static readonly InstanceIds Ids = new(1);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(100)]
    [InlineData(1024)]
    public void The_last_events_are_kept_and_their_numbers_have_no_gap(int capacity)
    {
        var ring = new EventRing(capacity);
        for (var number = 1; number <= 3000; number++)
        {
            ring.Add(Told(Notices.ServiceStopped.Of($"s{number}")));
            Assert.Equal(number, ring.Last);
            Assert.True(number - ring.First + 1 <= capacity);
            if (number > capacity)
                Assert.Equal(number - capacity + 1, ring.First);
            if (number % 37 != 0 && number != capacity && number != capacity + 1)
                continue;
            for (var kept = ring.First; kept <= ring.Last; kept++)
                Assert.Equal(($"s{kept}", kept), (ring.Read(kept, Begin)!.Subject, ring.Read(kept, Begin)!.Sequence));
        }
        Assert.Null(ring.Read(ring.First - 1, Begin));
        Assert.Null(ring.Read(ring.Last + 1, Begin));
        Assert.Null(ring.Read(0, Begin));
    }

    [Fact]
    public void Before_the_first_event_there_is_none()
    {
        var ring = new EventRing();
        Assert.Equal((0, 1), (ring.Last, ring.First));
        Assert.Null(ring.Read(0, Begin));
        Assert.Null(ring.Read(1, Begin));
    }

    [Fact]
    public void Notices_for_debugging_are_left_out_and_take_no_number()
    {
        var ring = new EventRing();
        ring.Add(Told(Notices.OrphanReaped.Of(7, ExitStatus.Exited(0))));
        ring.Add(Told(Notices.ServiceStopped.Of("web")));
        ring.Add(Told(Notices.OrphanReaped.Of(8, ExitStatus.Exited(0))));
        Assert.Equal(1, ring.Last);
        Assert.Equal("service.stopped", ring.Read(1, Begin)!.Name);
    }

    [Fact]
    public void An_event_has_its_subject_apart_and_its_age_when_it_is_read()
    {
        var ring = new EventRing();
        ring.Add(Told(Notices.ServiceFailed.Of("web", "exit code 3")));
        ring.Add(Told(Notices.Asked.Of("stop web", "root (pid 8)")));
        var failed = ring.Read(1, Begin + TimeSpan.FromSeconds(5))!;
        Assert.Equal(
            (TimeSpan.FromSeconds(5), "service.failed", EventLevel.Error, "web", "failed: exit code 3"),
            (failed.Age, failed.Name, failed.Level, failed.Subject, failed.Text));
        var asked = ring.Read(2, Begin)!;
        Assert.Equal((null, "stop web: asked by root (pid 8)", EventLevel.Info), (asked.Subject, asked.Text, asked.Level));
    }

    private static ToldNotice Told(Notice notice) => new(1, Begin, notice, Ids);
}
