using System.Diagnostics;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Tests.Launching;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Tests.Control;

/// <summary>Clients of operators at the real sockets, each of which may be hostile.</summary>
public sealed class ControlTableTests : IDisposable
{
    private const string Health = """{"verb":"health","level":"alive"}""" + "\n";
    private const string Status = """{"verb":"status"}""" + "\n";
    private const string Logs = """{"verb":"logs"}""" + "\n";
    private const string Follow = """{"verb":"events","follow":true}""" + "\n";
    private const int Nobody = 65534;

    private readonly LaunchKernel _kernel = new();

    [Fact]
    public void A_request_may_come_in_parts()
    {
        using var peer = Full();
        foreach (var part in (string[])["{\"ve", "rb\":", "\"heal", "th\",\"level\":\"alive\"}"])
        {
            _ = peer.Send(part);
            _kernel.Turn();
            _kernel.Turn();
        }
        Assert.Equal(ControlError.None, peer.Send("\n").End(_kernel).Error);
    }

    [Fact]
    public void Requests_that_come_together_are_answered_one_after_the_other()
    {
        using var peer = Full().Send(Status + Health + Status);
        Assert.IsType<SystemRow>(peer.Answer(_kernel)[0]);
        Assert.Single(peer.Answer(_kernel));
        Assert.IsType<SystemRow>(peer.Answer(_kernel)[0]);
        Assert.Equal(ControlError.None, peer.Send(Health).End(_kernel).Error);
    }

    [Theory]
    [InlineData("nonsense\n")]
    [InlineData("{}\n")]
    [InlineData("\n")]
    [InlineData("{\"verb\":\"stop\"}\n")]
    [InlineData("{\"verb\":\"status\",\"names\":[\"a\\n\"]}\n")]
    [InlineData("{\"verb\":\"launch\",\"name\":\"a\",\"program\":\"npx\"}\n")]
    public void A_line_that_cannot_be_used_is_refused_and_the_next_one_answered(string line)
    {
        using var peer = Full().Send(line);
        Assert.Equal(ControlError.Invalid, peer.End(_kernel).Error);
        Assert.Equal(ControlError.None, peer.Send(Health).End(_kernel).Error);
    }

    [Theory]
    [InlineData(4097)]
    [InlineData(200000)]
    public void A_line_that_is_too_long_ends_the_connection(int length)
    {
        using var peer = Full().Send(new string('x', length));
        Assert.Equal(ControlError.Invalid, peer.End(_kernel).Error);
        Assert.Null(peer.Row(_kernel));
        Serves();
    }

    [Fact]
    public void A_line_of_the_longest_length_is_answered()
    {
        var head = """{"verb":"health","level":"alive","x":" """;
        using var peer = Full().Send(head + new string('x', 4096 - head.Length - 3) + "\"}\n");
        Assert.Equal(ControlError.None, peer.End(_kernel).Error);
    }

    [Fact]
    public void A_client_that_goes_in_the_middle_of_an_answer_costs_nothing()
    {
        Fill();
        var before = OpenDescriptors.Count();
        for (var round = 0; round < 20; round++)
        {
            using var peer = Full().Send(Logs);
            Assert.IsType<LogRow>(peer.Row(_kernel));
        }
        _kernel.Until(() => OpenDescriptors.Count() <= before);
        Serves();
    }

    [Theory]
    [InlineData("""fds {"verb":"status"}""")]
    [InlineData("""urgent {"verb":"status"}""")]
    public void Descriptors_are_never_received(string command)
    {
        var before = OpenDescriptors.Count();
        using (var client = new Launcher(_kernel.ControlPath))
        {
            Assert.Equal("connected", client.Do("connect"));
            Assert.Equal("sent", client.Do(command));
            var start = Stopwatch.GetTimestamp();
            Assert.Equal("eof", _kernel.Answer(client, "read"));
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(3));
            Serves();
        }
        _kernel.Until(() => OpenDescriptors.Count() <= before);
    }

    /// <summary>What such a client sends stays in its queue: the connection must not be ready in every turn.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_client_that_does_not_read_costs_no_turns_whatever_it_sends_and_is_dropped_after_its_time(bool isHalfClosed)
    {
        Fill();
        _kernel.Turn();
        var before = OpenDescriptors.Count();
        using var peer = Full().Send(Logs);
        for (var turn = 0; turn < 50; turn++)
            _kernel.Turn();
        _ = isHalfClosed ? peer.ShutDown() : peer.Send(Health + Health);
        var (turns, start) = (0, Stopwatch.GetTimestamp());
        for (; Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(500); turns++)
            _kernel.Turn();
        Assert.InRange(turns, 1, 100);
        Serves();
        // The client's own end stays open.
        _kernel.Until(() => OpenDescriptors.Count() <= before + 1, seconds: 15);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 5, 14);
    }

    [Fact]
    public void A_client_that_reads_slowly_gets_the_whole_answer()
    {
        Fill();
        using var peer = Full().Send(Logs);
        var rows = 0;
        while (peer.Row(_kernel) is LogRow)
            rows++;
        Assert.True(rows > 200, $"{rows} rows");
    }

    [Fact]
    public void A_client_that_follows_gets_each_event_when_it_happens_and_nothing_is_done_meanwhile()
    {
        Happens(3);
        using var peer = Full().Send(Follow);
        for (var number = 1; number <= 3; number++)
            Assert.Equal(number, Assert.IsType<EventRow>(peer.Row(_kernel)).Sequence);
        var (turns, start) = (0, Stopwatch.GetTimestamp());
        for (; Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(300); turns++)
            _kernel.Turn();
        Assert.InRange(turns, 1, 60);
        Happens(500);
        for (var number = 4; number <= 503; number++)
            Assert.Equal(number, Assert.IsType<EventRow>(peer.Row(_kernel)).Sequence);
    }

    [Fact]
    public void A_client_with_full_rights_makes_room_for_the_next_one_when_it_is_idle()
    {
        var peers = Enumerable.Range(0, 64).Select(_ => Full()).ToList();
        try
        {
            foreach (var peer in peers)
                Assert.Equal(ControlError.None, peer.Send(Health).End(_kernel).Error);
            using var next = Full().Send(Health);
            Assert.Equal(ControlError.None, next.End(_kernel).Error);
            Assert.Null(peers[0].Row(_kernel));
            Assert.Equal(ControlError.None, peers[63].Send(Health).End(_kernel).Error);
        }
        finally
        {
            peers.ForEach(peer => peer.Dispose());
        }
    }

    [Fact]
    public void Clients_that_may_only_look_have_so_many_places_and_take_none_of_the_others()
    {
        Happens(1);
        var peers = Enumerable.Range(0, 24).Select(_ => Reading().Send(Follow)).ToList();
        try
        {
            foreach (var peer in peers)
                Assert.IsType<EventRow>(peer.Row(_kernel));
            using var more = Reading().Send(Health);
            Assert.Equal(ControlError.Busy, more.End(_kernel).Error);
            Assert.Null(more.Row(_kernel));
            using var other = new Launcher(_kernel.Path, user: Nobody);
            Assert.Equal("connected", other.Do("connect"));
            Assert.Equal("sent", other.Do("send " + Health.TrimEnd()));
            Assert.DoesNotContain("error", _kernel.Answer(other, "read"), StringComparison.Ordinal);
        }
        finally
        {
            peers.ForEach(peer => peer.Dispose());
        }
    }

    [Fact]
    public void A_thousand_connections_that_say_nothing_keep_no_one_out()
    {
        using var crowd = new Launcher(_kernel.ControlPath);
        crowd.Ask("crowd 1000");
        Assert.StartsWith("1000 opened", _kernel.Line(crowd), StringComparison.Ordinal);
        Serves();
    }

    [Theory]
    [InlineData("""{"verb":"logs"}""", true)]
    [InlineData("""{"verb":"start","names":["a"]}""", true)]
    [InlineData("""{"verb":"stop","names":["a"]}""", true)]
    [InlineData("""{"verb":"restart","names":["a"]}""", true)]
    [InlineData("""{"verb":"signal","names":["a"],"signal":"SIGTERM"}""", true)]
    [InlineData("""{"verb":"reload"}""", true)]
    [InlineData("""{"verb":"shutdown"}""", true)]
    [InlineData("""{"verb":"shutdown","emergency":true}""", true)]
    [InlineData("""{"verb":"status"}""", false)]
    [InlineData("""{"verb":"ps"}""", false)]
    [InlineData("""{"verb":"metrics"}""", false)]
    [InlineData("""{"verb":"events"}""", false)]
    [InlineData("""{"verb":"health","level":"alive"}""", false)]
    public void The_socket_for_launches_lets_every_user_look_and_none_act(string request, bool isRefused)
    {
        using var root = Reading().Send(request + "\n");
        Assert.Equal(isRefused ? ControlError.Forbidden : ControlError.None, root.End(_kernel).Error);
        using var nobody = new Launcher(_kernel.Path, user: Nobody);
        Assert.Equal("connected", nobody.Do("connect"));
        Assert.Equal("sent", nobody.Do("send " + request));
        string line;
        do
            line = _kernel.Answer(nobody, "read");
        while (!line.Contains("\"row\":\"end\"", StringComparison.Ordinal));
        Assert.Equal(isRefused, line.Contains("\"forbidden\"", StringComparison.Ordinal));
        Assert.DoesNotContain(_kernel.Others, happened => happened is SystemEvent.Asked);
    }

    [Fact]
    public void A_request_that_acts_reaches_the_core_with_its_asker_and_its_answer_comes_back()
    {
        using var peer = Full().Send("""{"verb":"stop","names":["a"]}""" + "\n");
        _kernel.Until(() => _kernel.Others.Exists(happened => happened is SystemEvent.Asked));
        var asked = (SystemEvent.Asked)_kernel.Others.Find(happened => happened is SystemEvent.Asked)!;
        Assert.Equal((ControlVerb.Stop, "a"), (asked.Request.Verb, asked.Request.Names[0]));
        Assert.Equal($"root (pid {Environment.ProcessId})", asked.Asker);
        _kernel.Perform(new Effect.AnswerClient(asked.Client + 1, [new EndRow(ControlError.State, "another one's")]));
        _kernel.Perform(new Effect.AnswerClient(asked.Client, [new TargetRow("a", "is being stopped"), new EndRow()]));
        Assert.IsType<TargetRow>(peer.Row(_kernel));
        Assert.Equal(ControlError.None, peer.End(_kernel).Error);
        // The answer to a client that is gone.
        _kernel.Perform(new Effect.AnswerClient(asked.Client, [new EndRow()]));
        Serves();
    }

    [Fact]
    public void A_request_behind_one_that_acts_is_answered_when_that_one_is()
    {
        using var peer = Full().Send("""{"verb":"stop","names":["a"]}""" + "\n" + Health);
        _kernel.Until(() => _kernel.Others.Exists(happened => happened is SystemEvent.Asked));
        for (var turn = 0; turn < 20; turn++)
            _kernel.Turn();
        var asked = (SystemEvent.Asked)_kernel.Others.Find(happened => happened is SystemEvent.Asked)!;
        _kernel.Perform(new Effect.AnswerClient(asked.Client, [new TargetRow("a", "is being stopped"), new EndRow()]));
        Assert.IsType<TargetRow>(peer.Answer(_kernel)[0]);
        Assert.Single(peer.Answer(_kernel));
    }

    [Fact]
    public void Requests_of_a_user_who_may_only_look_wait_for_its_budget_and_are_all_answered()
    {
        Happens(1000);
        using var peer = Reading();
        for (var batch = 0; batch < 5; batch++)
        {
            _ = peer.Send(string.Concat(Enumerable.Repeat("""{"verb":"events"}""" + "\n", 3)));
            for (var answer = 0; answer < 3; answer++)
                Assert.Equal(1001, peer.Answer(_kernel).Count);
        }
    }

    [Theory]
    [InlineData(0x180, "Permission denied")]
    [InlineData(0x1B6, "\"forbidden\"")]
    public void Another_user_has_no_full_rights_even_if_the_file_would_let_it_in(int mode, string answer)
    {
        File.SetUnixFileMode(_kernel.ControlPath, (UnixFileMode)mode);
        using var client = new Launcher(_kernel.ControlPath, user: Nobody);
        var said = client.Do("connect");
        Assert.Contains(answer, said == "connected" ? _kernel.Answer(client, "read") : said, StringComparison.Ordinal);
    }

    /// <summary>Questions of users without rights take a twentieth of the time of PID 1 at most.</summary>
    [Fact]
    public void A_user_who_may_only_look_and_asks_without_end_is_slowed_down_and_root_is_not()
    {
        Happens(1000);
        using var peer = Reading();
        var (answers, start) = (0, Stopwatch.GetTimestamp());
        for (; Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1); answers++)
            Assert.Equal(ControlError.None, peer.Send("""{"verb":"events"}""" + "\n").End(_kernel).Error);
        var slow = answers;
        using var full = Full();
        for (start = Stopwatch.GetTimestamp(), answers = 0; Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1); answers++)
            Assert.Equal(ControlError.None, full.Send("""{"verb":"events"}""" + "\n").End(_kernel).Error);
        Assert.True(answers > 2 * slow, $"{slow} answers, and {answers} with full rights");
    }

    /// <summary>One of them has the time for which the others have waited as well.</summary>
    [Fact]
    public void Clients_that_wait_for_the_budget_of_their_user_cost_no_turns_meanwhile()
    {
        const int Clients = 6, Rows = 1000, RowsOfPiece = 16;
        Happens(Rows);
        var peers = Enumerable.Range(0, Clients).Select(_ => Reading().Send("""{"verb":"events"}""" + "\n")).ToList();
        var (turns, start) = (0, Stopwatch.GetTimestamp());
        for (var answered = 0; answered < Clients; turns++)
        {
            _kernel.Turn();
            answered += peers.Count(peer => peer.HasEnd());
        }
        var waits = Stopwatch.GetElapsedTime(start) / TimeSpan.FromMilliseconds(10);
        Assert.InRange(turns, 1, (Clients * Rows / RowsOfPiece) + (2 * waits) + 100);
        peers.ForEach(peer => peer.Dispose());
    }

    [Fact]
    public void At_the_end_a_follower_gets_all_that_has_happened_and_the_end()
    {
        Happens(1);
        using var peer = Full().Send(Follow);
        Assert.Equal(1, Assert.IsType<EventRow>(peer.Row(_kernel)).Sequence);
        Happens(200);
        var ending = new Thread(_kernel.Kernel.Farewell);
        ending.Start();
        for (var number = 2; number <= 201; number++)
            Assert.Equal(number, Assert.IsType<EventRow>(peer.RowAtOnce()).Sequence);
        Assert.Equal((ControlError.None, 201L), peer.RowAtOnce() is EndRow end ? (end.Error, end.Sequence) : default);
        Assert.Null(peer.RowAtOnce());
        peer.Dispose();
        Assert.True(ending.Join(TimeSpan.FromSeconds(5)));
    }

    public void Dispose() => _kernel.Dispose();

    private ControlPeer Full() => new(_kernel.ControlPath);

    private ControlPeer Reading() => new(_kernel.Path);

    private void Serves()
    {
        using var other = Full();
        var start = Stopwatch.GetTimestamp();
        Assert.Equal(ControlError.None, other.Send(Health).End(_kernel).Error);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2));
    }

    /// <summary>More lines than the kernel takes for a client that does not read.</summary>
    private void Fill()
    {
        for (var round = 0; round < 16; round++)
            for (var name = 0; name < 16; name++)
                _kernel.Supervisor.Window.Logs.Add($"n{name}", LogStream.Stdout, new byte[4000]);
    }

    private void Happens(int count)
    {
        for (var number = 0; number < count; number++)
            _kernel.Supervisor.Window.Hear(
                new ToldNotice(number, MonotonicClock.Now, Notices.ServiceStopped.Of("a"), new InstanceIds(1)));
    }
}
