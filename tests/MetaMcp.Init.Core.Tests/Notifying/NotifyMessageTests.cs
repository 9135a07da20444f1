using System.Text;
using MetaMcp.Init.Core.Notifying;

namespace MetaMcp.Init.Core.Tests.Notifying;

public sealed class NotifyMessageTests
{
    [Theory]
    [InlineData("READY=1", true)]
    [InlineData("STATUS=x\nREADY=1\n", true)]
    [InlineData("READY=0", false)]
    [InlineData("READY=", false)]
    [InlineData("READY=11", false)]
    [InlineData("ALREADY=1", false)]
    [InlineData("READY", false)]
    [InlineData("=1\n\n=\n", false)]
    [InlineData("", false)]
    public void Ready_is_a_line_of_its_own(string text, bool expected) => Assert.Equal(expected, Read(text).IsReady);

    [Fact]
    public void Each_assignment_means_what_its_manual_says()
    {
        Assert.True(Read("RELOADING=1\nMONOTONIC_USEC=5").IsReloading);
        Assert.True(Read("STOPPING=1").IsStopping);
        Assert.True(Read("WATCHDOG=1").IsAlive);
        Assert.True(Read("WATCHDOG=trigger").IsWatchdogTriggered);
        Assert.False(Read("WATCHDOG=trigger").IsAlive);
        Assert.Equal(TimeSpan.FromSeconds(20), Read("WATCHDOG_USEC=20000000").Watchdog);
        Assert.Equal(TimeSpan.Zero, Read("WATCHDOG_USEC=0").Watchdog);
        Assert.Equal(TimeSpan.FromMilliseconds(1.5), Read("EXTEND_TIMEOUT_USEC=1500").Extension);
        Assert.Equal(4711, Read("MAINPID=4711").MainPid);
    }

    [Theory]
    [InlineData("MAINPID=-1\nWATCHDOG_USEC=-5\nEXTEND_TIMEOUT_USEC=soon")]
    [InlineData("MAINPID=99999999999\nWATCHDOG_USEC=99999999999999999999999")]
    [InlineData("MAINPID= 5\nEXTEND_TIMEOUT_USEC=0x10")]
    public void A_message_that_cannot_be_read_is_ignored(string text) =>
        Assert.Equal(default, Read(text) with { });

    [Fact]
    public void A_time_that_no_deadline_holds_is_a_year() =>
        Assert.Equal(TimeSpan.FromDays(365), Read("EXTEND_TIMEOUT_USEC=18446744073709551615").Extension);

    [Theory]
    [InlineData("all is well", "all is well")]
    [InlineData("\u001b[2J", "?[2J")]
    [InlineData("a\rb\tc", "a?b?c")]
    [InlineData("x\u202ey\u2028z\u009b", "x?y?z?")]
    [InlineData("größe ✓", "größe ✓")]
    public void A_status_can_forge_no_line_and_move_no_cursor(string text, string expected) =>
        Assert.Equal(expected, Read("STATUS=" + text).Status);

    [Fact]
    public void Bytes_that_are_no_text_and_text_without_end_do_no_harm()
    {
        Assert.Equal("a\ufffd\ufffdb", NotifyMessage.Read([.. "STATUS=a"u8, 0xff, 0xc3, .. "b"u8]).Status);
        Assert.Equal(NotifyMessage.MaxStatus, Read("STATUS=" + new string('x', 4000)).Status!.Length);
        _ = NotifyMessage.Read(new byte[4096]);
    }

    private static NotifyMessage Read(string text) => NotifyMessage.Read(Encoding.UTF8.GetBytes(text));
}
