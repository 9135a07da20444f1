using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class FlatKeyedTests
{
    private static ReadOnlySpan<byte> MemoryEvents => "low 0\nhigh 12\nmax 3481\noom 2\noom_kill 5\noom_group_kill 1\n"u8;

    [Fact]
    public void A_key_is_not_taken_for_another_it_begins_with()
    {
        Assert.Equal(2, FlatKeyed.Value(MemoryEvents, "oom"u8));
        Assert.Equal(5, FlatKeyed.Value(MemoryEvents, "oom_kill"u8));
    }

    [Fact]
    public void A_key_that_this_kernel_does_not_know_counts_nothing()
    {
        Assert.Equal(0, FlatKeyed.Value(MemoryEvents, "sock_throttled"u8));
        Assert.Null(FlatKeyed.Find(MemoryEvents, "sock_throttled"u8));
        Assert.Equal(0, FlatKeyed.Find(MemoryEvents, "low"u8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("oom")]
    [InlineData("oom ")]
    [InlineData("oom -1\n")]
    [InlineData("oom 99999999999999999999\n")]
    [InlineData("oom\t7\n")]
    public void A_value_that_is_no_number_counts_as_0(string text) =>
        Assert.Equal(0, FlatKeyed.Value(System.Text.Encoding.UTF8.GetBytes(text), "oom"u8));
}
