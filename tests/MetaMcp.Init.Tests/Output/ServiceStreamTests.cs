using System.Text;
using System.Text.RegularExpressions;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Output;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Output;

public sealed partial class ServiceStreamTests : IDisposable
{
    private static readonly Instant Start = new(5_000_000_000);

    private readonly Connected _service = Connected.Pipe();
    private readonly Connected _stdout = Connected.Pipe();
    private readonly Connected _stderr = Connected.Pipe();
    private readonly StandardOutputs _outputs;
    private readonly OutputHub _hub;
    private readonly List<string> _dropped = [];

    public ServiceStreamTests()
    {
        _outputs = StandardOutputs.Open(_stdout.Writer, _stderr.Writer);
        _hub = new OutputHub(_outputs, (service, stream, lines) => _dropped.Add($"{service} {stream} {lines}"));
    }

    public void Dispose()
    {
        _outputs.Dispose();
        _service.Dispose();
        _stdout.Dispose();
        _stderr.Dispose();
    }

    [Fact]
    public void Lines_come_out_with_the_services_name()
    {
        using var stream = Open();
        Assert.Equal(StreamTurn.Idle, stream.OnReadable(Start));
        _service.Write("one\ntw"u8);
        Assert.Equal(StreamTurn.Read, stream.OnReadable(Start));
        Assert.Equal("api | one\n", _stdout.Read());
        _service.Write("o\r\n"u8);
        Assert.Equal(StreamTurn.Read, stream.OnReadable(Start));
        Assert.Equal("api | two\n", _stdout.Read());
    }

    [Fact]
    public void Each_stream_goes_to_its_own_descriptor()
    {
        using var stream = Open(OutputStream.Stderr);
        _service.Write("oops\n"u8);
        _ = stream.OnReadable(Start);
        Assert.Equal("", _stdout.Read());
        Assert.Equal("api | oops\n", _stderr.Read());
    }

    [Fact]
    public void Last_words_without_a_newline_are_shown()
    {
        using var stream = Open();
        _service.Write("Segmentation fault"u8);
        _service.CloseWriter();
        Assert.Equal(StreamTurn.Read, stream.OnReadable(Start));
        Assert.Equal(StreamTurn.Ended, stream.OnReadable(Start));
        Assert.Equal("api | Segmentation fault\n", _stdout.Read());
        Assert.Equal(-1, stream.Fd);
        Assert.Equal(StreamTurn.Ended, stream.OnReadable(Start));
    }

    [Fact]
    public void A_service_cannot_write_what_looks_like_anothers_line()
    {
        using var stream = Open();
        _service.Write("x\rmcp-init | info  all is well\e[1A\e[2K\u2028mcp-init | info\n"u8);
        _ = stream.OnReadable(Start);
        Assert.Equal("api | x\\rmcp-init | info  all is well\\x1b[1A\\x1b[2K\\u2028mcp-init | info\n", _stdout.Read());
    }

    [Fact]
    public void A_flood_is_limited_and_what_is_dropped_is_said_when_the_window_ends()
    {
        using var stream = Open(rate: new LineRate(10, TimeSpan.FromSeconds(1)));
        _service.Write(Repeat("y\n", 10_000));
        Assert.Equal(StreamTurn.Idle, stream.Drain(Start));
        Assert.Equal(10, _stdout.Read().Count(character => character == '\n'));
        Assert.Equal(Start + TimeSpan.FromSeconds(1), stream.Due);
        Assert.Empty(_dropped);

        stream.OnDeadline(Start + TimeSpan.FromSeconds(1));
        Assert.Equal(["api Stdout 9990"], _dropped);
        Assert.Null(stream.Due);

        _service.Write("again\n"u8);
        _ = stream.OnReadable(Start + TimeSpan.FromSeconds(2));
        Assert.Equal("api | again\n", _stdout.Read());
    }

    [Fact]
    public void Dropped_lines_are_reported_at_the_end_of_the_stream_too()
    {
        using var stream = Open(rate: new LineRate(1, TimeSpan.FromHours(1)));
        _service.Write("one\ntwo\nthree\n"u8);
        _service.CloseWriter();
        Assert.Equal(StreamTurn.Ended, stream.Drain(Start));
        Assert.Equal(["api Stdout 2"], _dropped);
    }

    [Fact]
    public void One_turn_takes_no_more_than_its_share()
    {
        Assert.True(fcntl(_service.Writer, 1031 /* F_SETPIPE_SZ */, 1024 * 1024) >= 1024 * 1024);
        using var stream = Open();
        _service.Write(Repeat("0123456\n", 1024 * 1024 / 8));
        Assert.Equal(StreamTurn.Read, stream.OnReadable(Start));
        var turns = 1;
        while (stream.OnReadable(Start) == StreamTurn.Read)
            turns++;
        Assert.Equal(16, turns);
    }

    [Fact]
    public void The_service_is_read_on_while_our_own_stdout_is_full() => Within.Seconds(30, () =>
    {
        using var stream = Open();
        for (var round = 0; round < 100; round++)
        {
            _service.Write(Repeat("0123456\n", 8192));
            Assert.Equal(StreamTurn.Idle, stream.Drain(Start));
        }
        var shown = new StringBuilder();
        do
        {
            shown.Append(_stdout.Read());
            if (_outputs.Output.WantsWritable)
                _outputs.Output.OnWritable();
        }
        while (_outputs.Output.WantsWritable);
        var lines = shown.Append(_stdout.Read()).ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var kept = lines.Count(line => line == "api | 0123456");
        var noticed = lines.Select(line => Notice().Match(line)).Where(notice => notice.Success)
            .Sum(notice => int.Parse(notice.Groups[1].Value));
        Assert.Equal(819_200, kept + noticed);
        Assert.Equal(noticed, _outputs.Output.DroppedLines);
    });

    [Fact]
    public void A_long_line_is_shown_in_pieces()
    {
        using var stream = Open();
        _service.Write(Repeat("x", 40_000));
        _service.Write("\n"u8);
        _ = stream.Drain(Start);
        Assert.Equal(
            $"api | {new string('x', 16384)}\napi + {new string('x', 16384)}\napi + {new string('x', 40_000 - 32768)}\n",
            _stdout.Read());
    }

    [GeneratedRegex("^mcp-init \\| (\\d+) lines? dropped: stdout was full$")]
    private static partial Regex Notice();

    [Fact]
    public void A_change_of_what_time_is_shown_reaches_streams_that_are_open()
    {
        using var stream = Open();
        _outputs.Clock.Shown = LogTime.Utc;
        _service.Write("one\n"u8);
        _ = stream.OnReadable(Start);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z api \| one\n$", _stdout.Read());
        _outputs.Clock.Shown = LogTime.None;
        _service.Write("two\n"u8);
        _ = stream.OnReadable(Start);
        Assert.Equal("api | two\n", _stdout.Read());
    }

    private ServiceStream Open(OutputStream stream = OutputStream.Stdout, LineRate? rate = null) =>
        new((int)fcntl(_service.Reader, F_DUPFD_CLOEXEC, 0), "api", stream, new PrefixFormat("api", 3), rate, _hub);

    private static byte[] Repeat(string text, int times) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, times)));
}
