using System.Runtime.InteropServices;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Notifying;
using MetaMcp.Init.Output;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Tests.Output;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Events;

/// <summary>No descriptor keeps PID 1 from serving the others, however much there is to read from it.</summary>
public sealed unsafe partial class BoundedTurnTests : IDisposable
{
    private readonly Connected _pipe = Connected.Pipe();
    private readonly Connected _other = Connected.Pipe();
    private readonly EventPort _port = EventPort.Open(out _)!;
    private readonly List<SystemEvent> _told = [];

    public void Dispose()
    {
        _pipe.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void A_handler_that_always_has_more_has_so_many_pieces_and_then_the_others_have_their_turn()
    {
        var watch = new DescriptorWatch(_port, TimeSpan.FromDays(1));
        var (greedy, modest) = (0, 0);
        watch.Add(_pipe.Reader, Source.NotifySocket, () => ++greedy > 0);
        watch.Add(_other.Reader, Source.NotifySocket, () => ++modest < 0);
        _pipe.Write("x"u8);
        _other.Write("x"u8);
        watch.Wait(Instant.Never);
        Assert.Equal((DescriptorWatch.MostPieces, 1), (greedy, modest));
    }

    [Fact]
    public void Once_the_turn_is_no_longer_short_each_has_one()
    {
        var watch = new DescriptorWatch(_port, TimeSpan.Zero);
        var (greedy, modest) = (0, 0);
        watch.Add(_pipe.Reader, Source.NotifySocket, () => ++greedy > 0);
        watch.Add(_other.Reader, Source.NotifySocket, () => ++modest > 0);
        _pipe.Write("x"u8);
        _other.Write("x"u8);
        for (var turn = 1; turn <= 3; turn++)
        {
            watch.Wait(Instant.Never);
            Assert.Equal((turn, turn), (greedy, modest));
        }
    }

    [Fact]
    public void The_first_kinds_come_first_if_more_are_ready_than_one_turn_takes()
    {
        var watch = new DescriptorWatch(_port, TimeSpan.Zero);
        var pipes = Enumerable.Range(0, 200).Select(_ => Connected.Pipe()).ToArray();
        var (first, others) = (0, 0);
        foreach (var pipe in pipes)
        {
            pipe.Write("x"u8);
            watch.Add(pipe.Reader, Source.ServiceOutput, () => ++others < 0);
        }
        watch.AddFirst(_pipe.Reader, Source.Signals, () => ++first < 0);
        _pipe.Write("x"u8);
        watch.Wait(Instant.Never);
        Assert.True(first > 0);
        Assert.InRange(others, 1, 64);
        foreach (var pipe in pipes)
            pipe.Dispose();
    }

    /// <summary>Every kind of descriptor that another process can write to is filled to the brim: one turn takes one piece of it.</summary>
    [Theory]
    [InlineData(Source.Signals, 128)]
    [InlineData(Source.NotifyPipe, 256)]
    [InlineData(Source.ServiceOutput, OutputHub.ReadSize)]
    public void One_piece_is_taken_of_what_a_pipe_holds(object source, int piece)
    {
        var watch = new DescriptorWatch(_port, TimeSpan.Zero);
        Fill();
        var before = Left(_pipe.Reader);
        var run = new ServiceRun(1, "a") { Pid = int.MaxValue };
        var reports = new RunReports(watch, new DescriptorDisposal(watch, -1, []), (_, _) => { }, _told.Add);
        using var outputs = StandardOutputs.Open(_other.Writer, _other.Writer);
        ServiceStream? stream = null;
        switch ((Source)source)
        {
            case Source.Signals:
                var queue = new SignalQueue(_pipe.Reader);
                watch.AddFirst(_pipe.Reader, Source.Signals, () => queue.TryTake() is not null);
                break;
            case Source.NotifyPipe:
                run.ExecPipe = _other.Reader;
                run.NotifyPipe = _pipe.Reader;
                reports.Follow(run);
                break;
            case Source.ServiceOutput:
                var hub = new OutputHub(outputs, (_, _, _) => { });
                // The stream owns its descriptor, and the pipe of this test another one.
                stream = new ServiceStream(
                    (int)fcntl(_pipe.Reader, F_DUPFD_CLOEXEC, 0), "a", OutputStream.Stdout, new PrefixFormat("a", 1), null, hub);
                new OpenStreams(watch).Add(stream);
                break;
        }
        watch.Wait(Instant.Never);
        Assert.Equal(before - piece, Left(_pipe.Reader));
        stream?.Dispose();
    }

    [Fact]
    public void One_message_is_taken_of_a_notification_socket()
    {
        var watch = new DescriptorWatch(_port, TimeSpan.Zero);
        var socket = NotifySocket.Open(null, isOpenToAll: true, out _)!;
        var run = new ServiceRun(1, "a") { Pid = Environment.ProcessId, ExecPipe = _other.Reader, NotifySocket = socket };
        new RunReports(watch, new DescriptorDisposal(watch, -1, []), (_, _) => { }, _told.Add).Follow(run);
        for (var i = 0; i < 5; i++)
            Send(socket.Address, "STATUS=x");
        for (var turn = 1; turn <= 5; turn++)
        {
            watch.Wait(Instant.Never);
            Assert.Equal(turn, _told.Count);
        }
        socket.Close();
    }

    /// <summary>A new kind of descriptor either has a flood above, or is named here because it ends by itself.</summary>
    [Fact]
    public void No_kind_is_forgotten()
    {
        Source[] flooded = [Source.Signals, Source.NotifyPipe, Source.NotifySocket, Source.ServiceOutput];
        Dictionary<Source, string> ends = new()
        {
            [Source.ExecPipe] = "one read, and what is not the mark closes it",
            [Source.ProbeOutput] = "as much as a pipe holds, and then a pause",
            [Source.OwnOutput] = "what our own ring holds is written, and nothing is added to it meanwhile",
            [Source.MemoryEvents] = "one read of a file of the kernel's; then it rests a second",
            [Source.MemoryStalls] = "one read of a file of the kernel's, once in two seconds",
            [Source.MemoryWire] = "one event, and the wire is taken away with it",
            [Source.ForeignMain] = "one end, and the descriptor is closed with it",
            [Source.PopulatedEvents] = "one look at each run that is watched",
            [Source.PssMeasurement] = "one read of the answer of our own child",
            [Source.DiskRead] = "one read of the answer of our own child",
            [Source.LaunchSocket] = "one client a step (HostileClientTests)",
            [Source.LaunchConnection] = "one line a step, and a pause after each of a running server (HostileClientTests)",
            [Source.LaunchProcess] = "one end, and it is not watched any more",
            [Source.ControlSocket] = "one client a step (ControlTableTests)",
            [Source.ControlConnection] = "one line or sixteen rows a step (ControlTableTests)",
            [Source.ConfigRead] = "the longest answer of our own child",
        };
        Assert.Empty(Enum.GetValues<Source>().Except(flooded).Except(ends.Keys));
    }

    private void Fill()
    {
        // The first number of each siginfo is the signal.
        var bytes = new byte[4096];
        for (var at = 0; at < bytes.Length; at += sizeof(int))
            bytes[at] = 1;
        Assert.Equal(0, fcntl(_pipe.Writer, F_SETFL, O_NONBLOCK));
        fixed (byte* start = bytes)
            while (write(_pipe.Writer, start, (nuint)bytes.Length) > 0)
                continue;
    }

    private static int Left(int descriptor)
    {
        int count;
        Assert.Equal(0, ioctl(descriptor, 0x541B, &count));
        return count;
    }

    private static void Send(string address, string text)
    {
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Unspecified);
        _ = socket.SendTo(System.Text.Encoding.UTF8.GetBytes(text), new System.Net.Sockets.UnixDomainSocketEndPoint("\0" + address[1..]));
    }

    /// <summary><c>man 2 ioctl_tty</c>, FIONREAD: the number of bytes that can be read.</summary>
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ioctl(int fd, ulong request, int* argument);
}
