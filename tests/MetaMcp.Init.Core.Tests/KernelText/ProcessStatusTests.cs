using System.Text;
using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class ProcessStatusTests
{
    [Theory]
    [InlineData("Name:\tnode\nTracerPid:\t0\nUid:\t0\n", 0)]
    [InlineData("Name:\tnode\nTracerPid:\t4711\nUid:\t0\n", 4711)]
    public void It_tells_the_tracer(string file, int expected)
    {
        Assert.True(ProcessStatus.TryReadTracer(Encoding.ASCII.GetBytes(file), out var tracer));
        Assert.Equal(expected, tracer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Name:\tTracerPid:\t1\n")]
    [InlineData("Name:\tx\nTracerPid:\t")]
    [InlineData("Name:\tx\nTracerPid:\tmany\n")]
    public void Text_that_is_none_is_not_read(string file) =>
        Assert.False(ProcessStatus.TryReadTracer(Encoding.ASCII.GetBytes(file), out _));
}
