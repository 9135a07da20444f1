using System.Text;
using CsCheck;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Operating;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Operating;

public sealed class LogRingsTests
{
    private const int Head = 20;

    [Fact]
    public void Lines_of_several_names_come_in_the_order_of_their_arrival()
    {
        var rings = new LogRings();
        Add(rings, "b", "1");
        Add(rings, "a", "2");
        Add(rings, "b", "3", LogStream.Stderr);
        Add(rings, "c", "4");
        Add(rings, "a", "5");
        Assert.Equal(["b 1", "a 2", "b 3", "c 4", "a 5"], All(rings.Read([], null, null)));
        Assert.Equal(["a 2", "c 4", "a 5"], All(rings.Read(["a", "c"], null, null)));
        Assert.Equal(["b 3", "c 4", "a 5"], All(rings.Read([], null, 1)).Where(l => l != "a 2"));
        Assert.Equal(["c 4", "a 5"], All(rings.Read([], 3, null)));
        Assert.Equal(5, rings.Last);
    }

    [Fact]
    public void A_number_from_an_earlier_life_gives_all_lines()
    {
        var rings = new LogRings();
        Add(rings, "a", "1");
        Assert.Equal(["a 1"], All(rings.Read([], 5000, null)));
        Assert.Empty(All(rings.Read([], 1, null)));
    }

    [Fact]
    public void The_last_lines_of_each_name_can_be_read_alone()
    {
        var rings = new LogRings();
        for (var line = 1; line <= 100; line++)
            Add(rings, line % 2 == 0 ? "even" : "odd", $"{line}");
        Assert.Equal(["odd 97", "even 98", "odd 99", "even 100"], All(rings.Read([], null, 2)));
        Assert.Empty(All(rings.Read([], null, 0)));
        Assert.Equal(50, All(rings.Read(["even"], null, 1000)).Count);
    }

    [Fact]
    public void A_line_has_its_origin_and_its_time()
    {
        var now = 5L;
        var rings = new LogRings { UnixMilliseconds = () => now++ };
        Add(rings, "a", "out");
        Add(rings, "a", "err", LogStream.Stderr);
        rings.Hear(new ToldNotice(1, default, Notices.ServiceFailed.Of("a", "exit code 3"), new InstanceIds(1)));
        rings.Hear(new ToldNotice(1, default, Notices.OrphanReaped.Of(7, ExitStatus.Exited(0)), new InstanceIds(1)));
        rings.Hear(new ToldNotice(1, default, Notices.WholeAgain.Of(), new InstanceIds(1)));
        var reader = rings.Read([], null, null);
        Assert.Equal(new LogRow(1, 5, "a", LogStream.Stdout, "out"), Next(reader));
        Assert.Equal(new LogRow(2, 6, "a", LogStream.Stderr, "err"), Next(reader));
        Assert.Equal(new LogRow(3, 7, "a", LogStream.Init, "failed: exit code 3"), Next(reader));
        Assert.Null(Next(reader));
    }

    [Fact]
    public void A_long_line_is_cut_and_bytes_that_are_no_text_cost_nothing_else()
    {
        var rings = new LogRings();
        Add(rings, "a", new string('x', 5000));
        rings.Add("a", LogStream.Stdout, [0xff, 0xfe, (byte)'y']);
        Add(rings, "a", "");
        var reader = rings.Read([], null, null);
        Assert.Equal(new string('x', 4096), Next(reader)!.Text);
        Assert.Equal("\ufffd\ufffdy", Next(reader)!.Text);
        Assert.Equal("", Next(reader)!.Text);
        Assert.Null(Next(reader));
    }

    [Fact]
    public void A_reader_that_was_overtaken_gets_a_gap_that_is_counted_and_then_the_oldest_line()
    {
        var rings = new LogRings();
        rings.Expect(1000);
        Add(rings, "a", "0");
        var follower = rings.Read([], null, null);
        Assert.Equal("0", Next(follower)!.Text);
        for (var line = 1; line <= 1000; line++)
            Add(rings, "a", $"{line:0000}");
        var kept = 4096 / (Head + 4);
        var gap = Next(follower)!;
        Assert.Equal((LogStream.Gap, "a", 1000L - kept), (gap.Stream, gap.Subject, gap.Sequence - 1));
        Assert.StartsWith($"{1000 - kept} lines ", gap.Text, StringComparison.Ordinal);
        Assert.Equal($"{1000 - kept + 1:0000}", Next(follower)!.Text);
        Assert.Equal(kept - 1, All(follower).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reader_that_was_overtaken_before_its_first_line_gets_the_gap_too(bool isNamed)
    {
        var rings = new LogRings();
        rings.Expect(1000);
        var follower = rings.Read(isNamed ? ["a"] : [], null, null);
        Assert.Null(Next(follower));
        for (var line = 1; line <= 1000; line++)
            Add(rings, "a", $"{line:0000}");
        Assert.Equal(LogStream.Gap, Next(follower)!.Stream);
        Assert.Equal(LogStream.Stdout, Next(follower)!.Stream);
    }

    [Fact]
    public void A_new_reader_gets_no_gap_for_what_was_pushed_out_before_it_came()
    {
        var rings = new LogRings();
        rings.Expect(1000);
        for (var line = 1; line <= 1000; line++)
            Add(rings, "a", $"{line:0000}");
        Assert.Equal(LogStream.Stdout, Next(rings.Read([], null, null))!.Stream);
        Assert.Equal(LogStream.Stdout, Next(rings.Read(["a"], null, 5))!.Stream);
    }

    [Fact]
    public void A_reader_that_had_a_line_before_those_that_were_pushed_out_gets_a_gap_with_a_time()
    {
        var rings = new LogRings { UnixMilliseconds = () => 77 };
        rings.Expect(1000);
        for (var line = 1; line <= 1000; line++)
            Add(rings, "a", $"{line:0000}");
        var gap = Next(rings.Read(["a"], 5, null))!;
        Assert.Equal((LogStream.Gap, 77L), (gap.Stream, gap.UnixMilliseconds));
        Assert.Equal(LogStream.Stdout, Next(rings.Read(["a"], 995, null))!.Stream);
    }

    [Fact]
    public void The_last_lines_of_an_instance_are_those_among_the_lines_of_its_type()
    {
        var rings = new LogRings();
        for (var line = 1; line <= 100; line++)
            Add(rings, "@memory", $"memory@{(line % 10 == 0 ? 12 : 13)}: {line}");
        Assert.Equal(["memory memory@12: 90", "memory memory@12: 100"], All(rings.Read(["memory@12"], null, 2)));
        Assert.Equal(10, All(rings.Read(["memory@12"], null, null)).Count);
        Assert.Equal(2, All(rings.Read(["memory"], null, 2)).Count);
    }

    [Fact]
    public void A_server_of_the_file_has_lines_of_its_own_however_many_names_clients_make_up()
    {
        var rings = new LogRings();
        rings.Know([new ServerSettings { Name = "memory" }]);
        for (var name = 0; name < 500; name++)
            Add(rings, $"@made-up-{name}", "x");
        Add(rings, "@memory", "here");
        Add(rings, "@later", "there");
        Assert.Equal(["memory here"], All(rings.Read(["memory"], null, null)));
        Assert.Empty(All(rings.Read(["later"], null, null)));
    }

    /// <summary>Names of servers come from clients: hundreds of them must not take the memory of PID 1.</summary>
    [Fact]
    public void Any_number_of_names_takes_a_few_mebibytes_at_most()
    {
        var rings = new LogRings();
        rings.Expect(1);
        var line = new byte[4000];
        for (var name = 0; name < 2000; name++)
            for (var round = 0; round < 17; round++)
                rings.Add($"n{name}", LogStream.Stdout, line);
        Assert.InRange(HeapSize.Of(rings), 1 << 20, 6 << 20);
    }

    /// <summary>A list of the same lines is the model; sizes, names and readers are random.</summary>
    [Fact]
    public void Whatever_is_added_and_read_in_whatever_order_is_what_a_list_would_give()
    {
        Gen.Select(Gen.Int[1, 6], Gen.Select(Gen.Int[0, 9], Gen.Int[0, 3], Gen.Int[0, 1500]).Array[1, 400]).Sample(
            (services, steps) =>
            {
                var (rings, model) = (new LogRings(), new Model(Math.Clamp((1 << 20) / (services * 60), 4096, 1 << 16)));
                rings.Expect(services * 60);
                LogReader? follower = null;
                var expected = 0L;
                foreach (var (action, name, size) in steps)
                {
                    if (action == 9)
                    {
                        var since = rings.Last * size / 1500;
                        Assert.Equal(model.After(since), Numbers(rings.Read([], since, null), since > 0 && model.LastLost > since));
                        Assert.Equal(model.Of($"n{name}"), Numbers(rings.Read([$"n{name}"], null, null)));
                    }
                    else if (action == 8)
                    {
                        follower ??= rings.Read([], expected = rings.Last, null);
                        // With its gaps the follower has every line that is kept and newer, once, in order.
                        while (Next(follower) is { } row)
                        {
                            if (row.Stream == LogStream.Gap)
                                continue;
                            Assert.True(row.Sequence > expected);
                            Assert.Equal(model.TextOf(row.Sequence), row.Text);
                            expected = row.Sequence;
                        }
                        Assert.Equal(rings.Last, Math.Max(expected, model.IsEmpty ? rings.Last : expected));
                    }
                    else
                    {
                        var text = new string((char)('a' + (int)(rings.Last % 26)), size);
                        Add(rings, $"n{name}", text);
                        model.Add($"n{name}", rings.Last, text);
                    }
                }
            },
            iter: 300);
    }

    private static List<long> Numbers(LogReader reader, bool hasGaps = false)
    {
        var (numbers, gaps) = (new List<long>(), 0);
        while (Next(reader) is { } row)
            if (row.Stream == LogStream.Gap)
                gaps++;
            else
                numbers.Add(row.Sequence);
        Assert.Equal(hasGaps, gaps > 0);
        return numbers;
    }

    /// <summary>The next line, whatever was not asked for between.</summary>
    private static LogRow? Next(LogReader reader)
    {
        StatusRow? row;
        do
            row = reader.Next();
        while (row is PauseRow);
        return (LogRow?)row;
    }

    private static void Add(LogRings rings, string name, string text, LogStream stream = LogStream.Stdout) =>
        rings.Add(name, stream, Encoding.UTF8.GetBytes(text));

    private static List<string> All(LogReader reader)
    {
        var lines = new List<string>();
        while (Next(reader) is { } row)
            lines.Add($"{row.Subject} {row.Text}");
        return lines;
    }

    private sealed class Model(int capacity)
    {
        private readonly Dictionary<string, List<(long Number, string Text)>> _kept = [];
        private readonly Dictionary<long, string> _texts = [];

        public bool IsEmpty => _texts.Count == 0;

        public long LastLost { get; private set; }

        public void Add(string name, long number, string text)
        {
            if (!_kept.TryGetValue(name, out var lines))
                _kept[name] = lines = [];
            lines.Add((number, text));
            _texts[number] = text;
            while (lines.Sum(l => Head + l.Text.Length) > capacity)
            {
                LastLost = Math.Max(LastLost, lines[0].Number);
                lines.RemoveAt(0);
            }
        }

        public List<long> After(long number) =>
            [.. _kept.Values.SelectMany(l => l).Select(l => l.Number).Where(n => n > number).Order()];

        public List<long> Of(string name) => _kept.TryGetValue(name, out var lines) ? [.. lines.Select(l => l.Number)] : [];

        public string TextOf(long number) => _texts[number];
    }
}
