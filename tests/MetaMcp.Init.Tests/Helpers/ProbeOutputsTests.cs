using System.Text;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Helpers;

/// <summary>Pipes whose writing end the test has.</summary>
public sealed unsafe class ProbeOutputsTests : IDisposable
{
    private const int Pid = 4711;

    private readonly Dictionary<int, PieceHandler> _watched = [];
    private readonly ProbeOutputs _outputs;
    private readonly int _reading;
    private int _writing;

    public ProbeOutputsTests()
    {
        _outputs = new ProbeOutputs(
            (descriptor, read) => _watched.Add(descriptor, read), descriptor => Assert.True(_watched.Remove(descriptor)));
        Assert.True(Pipe.Open(out _reading, out _writing).IsSuccess);
        // A write that would have to wait for the reader must be noticed.
        Assert.Equal(0, fcntl(_writing, F_SETFL, O_NONBLOCK));
    }

    public void Dispose() => CloseWriting();

    [Fact]
    public void The_last_output_of_a_probe_is_there_when_the_probe_was_collected()
    {
        _outputs.Follow(Pid, _reading);
        Write("one\ntwo\n");
        Assert.Null(_outputs.TakeCollected(Pid + 1));
        Assert.Equal("two", _outputs.TakeCollected(Pid));
        Assert.Empty(_watched);
        Assert.True(IsClosed());
        Assert.Null(_outputs.TakeCollected(Pid));
    }

    [Fact]
    public void Another_process_that_holds_the_pipe_is_not_waited_for()
    {
        // Our own writing end stands for that of a grandchild.
        _outputs.Follow(Pid, _reading);
        Assert.Null(_outputs.TakeCollected(Pid));
        Assert.True(IsClosed());
    }

    [Fact]
    public void One_that_writes_without_end_is_read_in_turns_with_a_pause_after_each()
    {
        _outputs.Follow(Pid, _reading);
        var written = Fill();
        Assert.Equal(65536, written);
        Turn();
        // The pipe is not watched, so it cannot wake us before the pause is over.
        Assert.Empty(_watched);
        Assert.InRange(_outputs.Due - MonotonicClock.Now, TimeSpan.Zero, TimeSpan.FromMilliseconds(50));
        _outputs.Expire(_outputs.Due + TimeSpan.FromMilliseconds(-1));
        Assert.Empty(_watched);
        // The read made room, so the probe goes on.
        Assert.Equal(65536, Fill());
        _outputs.Expire(_outputs.Due);
        Assert.Equal([_reading], _watched.Keys);
        Assert.Equal(Instant.Never, _outputs.Due);
        Assert.Equal(new string('x', 256) + "…", _outputs.TakeCollected(Pid));
        Assert.Empty(_watched);
    }

    [Fact]
    public void A_probe_that_closes_its_output_is_watched_no_more()
    {
        _outputs.Follow(Pid, _reading);
        Write("gone");
        CloseWriting();
        Turn();
        Assert.Empty(_watched);
        Assert.Equal(Instant.Never, _outputs.Due);
        Assert.Equal("gone", _outputs.TakeCollected(Pid));
    }

    [Fact]
    public void Collected_within_its_pause_it_has_said_all()
    {
        _outputs.Follow(Pid, _reading);
        Write("one\n");
        Turn();
        Write("two\n");
        Assert.Equal("two", _outputs.TakeCollected(Pid));
        _outputs.Expire(_outputs.Due);
        Assert.Empty(_watched);
    }

    [Fact]
    public void Without_a_pipe_there_is_nothing_to_follow()
    {
        _outputs.Follow(Pid, -1);
        Assert.Empty(_watched);
        Assert.Null(_outputs.TakeCollected(Pid));
        _ = close(_reading);
    }

    /// <summary>Reads piece by piece, as the event loop does.</summary>
    private void Turn()
    {
        var read = _watched[_reading];
        while (read())
        {
        }
    }

    private void Write(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
            Assert.Equal(bytes.Length, write(_writing, start, (nuint)bytes.Length));
    }

    private int Fill()
    {
        var piece = Encoding.UTF8.GetBytes(new string('x', 4096));
        var written = 0;
        fixed (byte* start = piece)
            while (write(_writing, start, (nuint)piece.Length) is > 0 and var count)
                written += (int)count;
        return written;
    }

    private bool IsClosed() => fcntl(_reading, F_GETFD, 0) < 0;

    private void CloseWriting()
    {
        if (_writing >= 0)
            _ = close(_writing);
        _writing = -1;
    }
}
