using MetaMcp.Init.Output;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Events;

/// <summary>Waits for room in our own outputs: a pipe is watched only while it is full.</summary>
internal sealed class BlockedOutputs(StandardOutputs outputs, DescriptorWatch watch)
{
    private readonly HashSet<OutputSink> _full = [];

    public void Follow()
    {
        Follow(outputs.Output);
        if (!outputs.AreOne)
            Follow(outputs.Error);
    }

    private void Follow(OutputSink sink)
    {
        if (sink.PollFd < 0 || sink.WantsWritable == _full.Contains(sink))
            return;
        if (_full.Remove(sink))
        {
            watch.Remove(sink.PollFd);
            return;
        }
        _full.Add(sink);
        watch.Add(sink.PollFd, Source.OwnOutput, sink.OnWritable, EPOLLOUT);
    }
}
