using System.Text;
using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class ProcessStatusTests
{
    [Theory]
    [InlineData("Name:\tnode\nTracerPid:\t0\nUid:\t0\nNoNewPrivs:\t1\nSeccomp:\t2\n", 0, true)]
    [InlineData("Name:\tnode\nTracerPid:\t4711\nUid:\t0\nNoNewPrivs:\t0\n", 4711, false)]
    [InlineData("Name:\tnode\nTracerPid:\t0\nUid:\t0\n", 0, false)]
    public void It_tells_the_tracer_and_what_was_given_up(string file, int tracer, bool hasNoNewPrivileges)
    {
        Assert.True(ProcessStatus.TryRead(Encoding.ASCII.GetBytes(file), out var status));
        Assert.Equal(new ProcessStatus(tracer, hasNoNewPrivileges), status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Name:\tTracerPid:\t1\n")]
    [InlineData("Name:\tx\nTracerPid:\t")]
    [InlineData("Name:\tx\nTracerPid:\tmany\n")]
    public void Text_that_is_none_is_not_read(string file) => Assert.False(ProcessStatus.TryRead(Encoding.ASCII.GetBytes(file), out _));
}
