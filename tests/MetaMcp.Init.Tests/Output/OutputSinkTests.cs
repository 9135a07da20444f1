using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Output;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Output;

public sealed partial class OutputSinkTests
{
    private const int Capacity = 32 * 1024;

    public static TheoryData<string, string> EveryWay => new()
    {
        { "pipe", "chosen" },
        { "pipe", nameof(OutputChannel.Way.NoWait) },
        { "pipe", nameof(OutputChannel.Way.PolledPipe) },
        { "terminal", "chosen" },
        { "terminal", nameof(OutputChannel.Way.NoWait) },
        { "terminal", nameof(OutputChannel.Way.PolledTerminal) },
        { "socket", "chosen" },
    };

    [Theory]
    [MemberData(nameof(EveryWay))]
    public void A_reader_that_stands_still_costs_lines_and_each_is_counted(string kind, string way) => Within.Seconds(20, () =>
    {
        using var connected = Connected.Make(kind);
        var flags = connected.Flags;
        using var sink = Sink(connected, way);

        for (var number = 0; number < 20_000; number++)
            _ = sink.TryWrite(Line(number));
        Assert.True(sink.WantsWritable);
        Assert.InRange(sink.DroppedLines, 1, 20_000);

        var shown = new StringBuilder();
        Catch(connected, sink, shown);
        Assert.True(sink.TryWrite(Line(20_000)));
        Catch(connected, sink, shown);

        var lines = shown.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var kept = lines.Length - 2;
        Assert.Equal(Enumerable.Range(0, kept).Select(number => Text(number)), lines[..kept]);
        Assert.Equal($"mcp-init | {20_000 - kept} lines dropped: stdout was full", lines[kept]);
        Assert.Equal(Text(20_000), lines[^1]);
        Assert.Equal(20_000 - kept, sink.DroppedLines);
        Assert.Equal(flags, connected.Flags);
        Assert.Equal(0, connected.Flags & O_NONBLOCK);
    });

    [Theory]
    [MemberData(nameof(EveryWay))]
    public void A_slow_reader_gets_whole_lines_only(string kind, string way) => Within.Seconds(20, () =>
    {
        using var connected = Connected.Make(kind);
        using var sink = Sink(connected, way);
        var shown = new StringBuilder();
        for (var number = 0; number < 3000; number++)
        {
            _ = sink.TryWrite(Line(number, 1 + (number * 37 % 3000)));
            if (number % 300 == 0)
                shown.Append(connected.Read());
            if (number % 100 == 0 && sink.WantsWritable)
                sink.OnWritable();
        }
        Catch(connected, sink, shown);

        var next = 0;
        var dropped = 0L;
        foreach (var line in shown.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Notice().Match(line) is { Success: true } notice)
            {
                var count = int.Parse(notice.Groups[1].Value, CultureInfo.InvariantCulture);
                dropped += count;
                next += count;
                continue;
            }
            Assert.Equal(Text(next, 1 + (next * 37 % 3000)), line);
            next++;
        }
        Assert.Equal(3000, next);
        Assert.Equal(dropped, sink.DroppedLines);
        Assert.True(dropped > 0);
    });

    [Theory]
    [InlineData("pipe", "chosen")]
    [InlineData("pipe", nameof(OutputChannel.Way.NoWait))]
    [InlineData("pipe", nameof(OutputChannel.Way.PolledPipe))]
    [InlineData("socket", "chosen")]
    public void A_reader_that_has_gone_is_given_up_for_good(string kind, string way)
    {
        using var connected = Connected.Make(kind);
        using var sink = Sink(connected, way);
        connected.CloseReader();
        Assert.False(sink.TryWrite("one\ntwo\n"u8));
        Assert.False(sink.TryWrite("three\n"u8));
        Assert.False(sink.WantsWritable);
        Assert.Equal(3, sink.DroppedLines);
    }

    [Fact]
    public void Lines_that_waited_for_a_reader_that_ended_are_counted_too()
    {
        using var connected = Connected.Pipe();
        using var sink = OutputSink.Open(connected.Writer, "stdout", Capacity);
        var written = 0;
        while (!sink.WantsWritable)
            _ = sink.TryWrite(Line(written++));
        for (var number = 0; number < 10; number++)
            _ = sink.TryWrite(Line(written++));
        connected.CloseReader();
        sink.OnWritable();
        Assert.False(sink.WantsWritable);
        Assert.InRange(sink.DroppedLines, 11, written);
    }

    [Fact]
    public void A_terminal_that_was_hung_up_costs_nothing_but_the_lines()
    {
        using var connected = Connected.Terminal();
        using var sink = OutputSink.Open(connected.Writer, "stdout", Capacity);
        connected.CloseReader();
        for (var number = 0; number < 2000; number++)
            _ = sink.TryWrite(Line(number));
        Assert.False(sink.WantsWritable);
        Assert.True(sink.DroppedLines > 0);
    }

    [Fact]
    public void A_full_disk_is_tried_again()
    {
        var full = Open("/dev/full");
        using var sink = OutputSink.Open(full, "stdout", Capacity);
        for (var number = 0; number < 2000; number++)
            _ = sink.TryWrite(Line(number));
        Assert.False(sink.WantsWritable);
        Assert.InRange(sink.DroppedLines, 1, 2000);
        Assert.False(sink.Flush(TimeSpan.FromSeconds(30)));
        _ = close(full);
    }

    [Fact]
    public void A_file_takes_everything_and_keeps_its_position()
    {
        var path = Path.GetTempFileName();
        var file = Open(path);
        using (var sink = OutputSink.Open(file, "stdout", Capacity))
        {
            Assert.Equal(-1, sink.PollFd);
            Assert.True(sink.TryWrite("one\n"u8));
            WriteTo(file, "two\n"u8);
            Assert.True(sink.TryWrite("three\n"u8));
            Assert.True(sink.Flush(TimeSpan.Zero));
        }
        _ = close(file);
        Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(path));
        File.Delete(path);
    }

    [Fact]
    public void A_descriptor_that_is_closed_or_only_for_reading_drops_everything()
    {
        using var connected = Connected.Pipe();
        foreach (var fd in (int[])[1_000_000, connected.Reader])
        {
            using var sink = OutputSink.Open(fd, "stdout", Capacity);
            Assert.False(sink.TryWrite("one\n"u8));
            Assert.Equal(1, sink.DroppedLines);
            Assert.False(sink.WantsWritable);
            Assert.True(sink.Flush(TimeSpan.FromSeconds(30)));
        }
    }

    [Fact]
    public void A_line_longer_than_the_ring_is_ended_so_that_the_next_begins_on_its_own() => Within.Seconds(10, () =>
    {
        using var connected = Connected.Pipe();
        using var sink = OutputSink.Open(connected.Writer, "stdout", 1024);
        Assert.False(sink.TryWrite(Encoding.ASCII.GetBytes(new string('x', 200_000) + "\n")));
        var shown = new StringBuilder();
        Catch(connected, sink, shown);
        Assert.True(sink.TryWrite("next\n"u8));
        Catch(connected, sink, shown);
        var lines = shown.ToString().Split('\n');
        Assert.Equal(["mcp-init | 1 line dropped: stdout was full", "next", ""], lines[1..]);
        Assert.Equal(1, sink.DroppedLines);
    });

    [Fact]
    public void At_the_end_it_waits_for_a_reader_but_not_for_ever() => Within.Seconds(30, () =>
    {
        using var connected = Connected.Pipe();
        using var sink = OutputSink.Open(connected.Writer, "stdout", Capacity);
        while (!sink.WantsWritable)
            _ = sink.TryWrite(Line(0));
        var before = MonotonicClock.Now;
        Assert.False(sink.Flush(TimeSpan.FromMilliseconds(100)));
        Assert.InRange(MonotonicClock.Now - before, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

        using var done = new CancellationTokenSource();
        var reader = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
                _ = connected.Read();
        });
        reader.Start();
        Assert.True(sink.Flush(TimeSpan.FromSeconds(20)));
        done.Cancel();
        reader.Join();
    });

    [Fact]
    public void The_notice_follows_the_format_of_the_log() => Within.Seconds(10, () =>
    {
        using var connected = Connected.Pipe();
        using var sink = OutputSink.Open(connected.Writer, "stdout", Capacity);
        sink.NoticeFormat = new JsonFormat("mcp-init", OutputStream.Stdout);
        while (sink.DroppedLines == 0)
            _ = sink.TryWrite(Line(0));
        var shown = new StringBuilder();
        Catch(connected, sink, shown);
        Assert.EndsWith("\"service\":\"mcp-init\",\"stream\":\"stdout\",\"line\":\"1 line dropped: stdout was full\"}\n", shown.ToString(),
            StringComparison.Ordinal);
    });

    [Fact]
    public void Two_descriptors_of_one_pipe_are_one_sink()
    {
        using var connected = Connected.Pipe();
        using var other = Connected.Pipe();
        var again = (int)fcntl(connected.Writer, F_DUPFD_CLOEXEC, 0);
        using (var outputs = StandardOutputs.Open(connected.Writer, again))
            Assert.Same(outputs.Output, outputs.Error);
        using (var outputs = StandardOutputs.Open(connected.Writer, other.Writer))
            Assert.NotSame(outputs.Output, outputs.Error);
        using (var outputs = StandardOutputs.Open(1_000_000, 1_000_001))
            Assert.NotSame(outputs.Output, outputs.Error);
        _ = close(again);
    }

    [GeneratedRegex("^mcp-init \\| (\\d+) lines? dropped: stdout was full$")]
    private static partial Regex Notice();

    [SuppressMessage("Reliability", "CA2000", Justification = "The sink owns it.")]
    private static OutputSink Sink(Connected connected, string way) => way == "chosen"
        ? OutputSink.Open(connected.Writer, "stdout", Capacity)
        : new OutputSink(new OutputChannel(connected.Writer, Enum.Parse<OutputChannel.Way>(way)), "stdout", Capacity);

    private static unsafe int Open(string path)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
            return open(name, O_WRONLY | O_CLOEXEC, 0);
    }

    private static unsafe void WriteTo(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
            Assert.Equal(bytes.Length, (int)write(fd, start, (nuint)bytes.Length));
    }

    /// <summary>Reads and lets the sink write until neither has anything left to do.</summary>
    private static void Catch(Connected connected, OutputSink sink, StringBuilder shown)
    {
        do
        {
            shown.Append(connected.Read());
            if (sink.WantsWritable)
                sink.OnWritable();
        }
        while (sink.WantsWritable);
        shown.Append(connected.Read());
    }

    private static string Text(int number) => Text(number, 30);

    private static string Text(int number, int length) => $"line {number} {new string('x', length)}";

    private static byte[] Line(int number, int length = 30) => Encoding.ASCII.GetBytes(Text(number, length) + "\n");
}
