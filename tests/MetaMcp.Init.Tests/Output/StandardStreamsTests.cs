using MetaMcp.Init.Output;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Output;

public sealed class StandardStreamsTests
{
    [Fact]
    public void A_closed_stream_is_occupied_and_stays_closed_for_children()
    {
        // Numbers that no other descriptor of this process reaches.
        const int first = 800;
        using var connected = Connected.Pipe();
        Assert.Equal(first + 1, dup3(connected.Writer, first + 1, 0));

        Assert.Equal(ClosedStreams.Input | ClosedStreams.Error, StandardStreams.Ensure(first));

        Assert.Equal(FD_CLOEXEC, (int)fcntl(first, F_GETFD, 0));
        Assert.Equal(0, (int)fcntl(first + 1, F_GETFD, 0));
        Assert.Equal(FD_CLOEXEC, (int)fcntl(first + 2, F_GETFD, 0));
        Assert.Equal(ClosedStreams.None, StandardStreams.Ensure(first));
        for (var fd = first; fd < first + 3; fd++)
            Assert.Equal(0, close(fd));
    }
}
