using System.Diagnostics;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Tests.Launching;

/// <summary>Clients that break the rules: each is refused once and let go, and others are served meanwhile.</summary>
public sealed unsafe class HostileClientTests : IDisposable
{
    private const string Request = """send {"verb":"launch","name":"memory","program":"npx"}""";

    private readonly LaunchKernel _kernel = new();

    [Theory]
    [InlineData("send nonsense")]
    [InlineData("send {}")]
    [InlineData("""send {"verb":"place","pid":1}""")]
    [InlineData("""send {"verb":"closed"}""")]
    [InlineData("""send {"verb":"launch","name":"../../etc","program":"npx"}""")]
    [InlineData("""send {"verb":"launch","name":"a\u0007","program":"npx"}""")]
    [InlineData("long 4096")]
    [InlineData("long 200000")]
    public void A_line_that_cannot_be_used_is_refused_and_the_connection_closed(string command)
    {
        using var client = new Launcher(_kernel.Path);
        Assert.Equal("connected", client.Do("connect"));
        Assert.Equal("sent", client.Do(command));
        Assert.Contains("\"invalid\"", _kernel.Answer(client, "read"), StringComparison.Ordinal);
        Assert.Equal("eof", _kernel.Answer(client, "read"));
        Assert.Empty(_kernel.Told);
        Assert.Single(_kernel.Complaints);
        Serves();
    }

    [Fact]
    public void A_second_request_ends_the_launch()
    {
        using var client = new Launcher(_kernel.Path);
        var id = _kernel.Ask(client);
        Assert.Equal("sent", client.Do(Request));
        _ = _kernel.Next<LaunchEvent.Disconnected>(out var lost);
        Assert.Equal(id, lost);
        Assert.Contains("\"invalid\"", client.Do("read"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_may_come_in_parts()
    {
        using var client = new Launcher(_kernel.Path);
        Assert.Equal("connected", client.Do("connect"));
        foreach (var part in (string[])["{\"verb\":", "\"launch\",\"na", "me\":\"memory\",\"program\"", ":\"npx\"}"])
        {
            Assert.Equal("sent", client.Do($"part {part}"));
            _kernel.Turn();
            _kernel.Turn();
        }
        Assert.Empty(_kernel.Told);
        Assert.Equal("sent", client.Do("send "));
        Assert.Equal("memory", _kernel.Next<LaunchEvent.Asked>().Request.Name);
    }

    [Fact]
    public void Clients_that_have_not_asked_in_time_are_cut_off()
    {
        using var silent = new Launcher(_kernel.Path);
        using var slow = new Launcher(_kernel.Path);
        Assert.Equal("connected", silent.Do("connect"));
        Assert.Equal("connected", slow.Do("connect"));
        Assert.Equal("sent", slow.Do("""part {"verb":"lau"""));
        var start = Stopwatch.GetTimestamp();
        Assert.Contains("no request has come", _kernel.Answer(silent, "read"), StringComparison.Ordinal);
        Assert.Contains("no request has come", _kernel.Answer(slow, "read"), StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 3, 10);
        Assert.Equal("eof", _kernel.Answer(silent, "read"));
        Assert.Empty(_kernel.Told);
    }

    /// <summary>The last close of each descriptor takes a minute; each turn must be short all the same.</summary>
    [Theory]
    [InlineData("""fds {"verb":"launch","name":"memory","program":"npx"}""")]
    [InlineData("""urgent {"verb":"launch","name":"memory","program":"npx"}""")]
    public void Descriptors_are_never_received(string command)
    {
        using var client = new Launcher(_kernel.Path);
        Assert.Equal("connected", client.Do("connect"));
        Assert.Equal("sent", client.Do(command));
        Assert.Contains("\"invalid\"", Quickly(client, "read"), StringComparison.Ordinal);
        Assert.Equal("eof", Quickly(client, "read"));
        Assert.Empty(_kernel.Told);
        Serves();
    }

    [Fact]
    public void Descriptors_behind_a_request_do_not_hold_up_the_close()
    {
        using var client = new Launcher(_kernel.Path);
        var id = _kernel.Ask(client);
        Assert.Equal("sent", client.Do("fds x"));
        var start = Stopwatch.GetTimestamp();
        _kernel.Perform(new Effect.RefuseLaunch(id, RefusalCode.Limit, "No.", []));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1));
        Assert.Contains("\"limit\"", Quickly(client, "read"), StringComparison.Ordinal);
        Serves();
    }

    [Fact]
    public void Clients_that_come_and_go_with_descriptors_cost_none_of_ours()
    {
        using var client = new Launcher(_kernel.Path);
        var before = OpenDescriptors.Count();
        client.Ask("churn 200");
        Assert.Equal("churned", _kernel.Line(client));
        _kernel.Until(() => OpenDescriptors.Count() <= before);
        Assert.Empty(_kernel.Told);
        Serves();
    }

    [Fact]
    public void Of_a_thousand_connections_of_one_process_some_are_open_and_others_are_served()
    {
        using var crowd = new Launcher(_kernel.Path);
        crowd.Ask("crowd 1000");
        var line = _kernel.Line(crowd);
        Assert.Equal("1000 opened, 968 answered", line);
        Serves();
        // Six lines, and a count a minute later.
        Assert.Equal(6, _kernel.Complaints.Count);
        Assert.Empty(_kernel.Told);
    }

    [Fact]
    public void Users_whose_clients_say_nothing_keep_no_other_user_out()
    {
        var crowds = Enumerable.Range(0, 8).Select(at => new Launcher(_kernel.Path, user: 65533 + (at % 2))).ToList();
        try
        {
            crowds.ForEach(crowd => crowd.Ask("crowd 32"));
            foreach (var crowd in crowds)
                Assert.Equal("32 opened, 0 answered", _kernel.Line(crowd));
            Serves();
            Assert.Contains(_kernel.Complaints, told => told.ToString().Contains("it has said nothing", StringComparison.Ordinal));
        }
        finally
        {
            crowds.ForEach(crowd => crowd.Dispose());
        }
    }

    [Fact]
    public void A_stranger_is_refused_and_the_core_does_not_hear_of_it()
    {
        using var client = new Launcher(_kernel.Path, user: 65534);
        Assert.Equal("connected", client.Do("connect"));
        Assert.Equal("sent", client.Do(Request));
        Assert.Contains("\"forbidden\"", _kernel.Answer(client, "read"), StringComparison.Ordinal);
        Assert.Equal("eof", _kernel.Answer(client, "read"));
        Assert.Empty(_kernel.Told);
    }

    [Fact]
    public void A_client_that_reads_nothing_is_dropped_when_it_is_too_far_behind()
    {
        using var client = new Launcher(_kernel.Path);
        var id = _kernel.Ask(client);
        for (var line = 0; line < 1000 && _kernel.Told.Count == 0; line++)
            _kernel.Perform(new Effect.WaitLaunch(id, new string('x', 1000)));
        _ = _kernel.Next<LaunchEvent.Disconnected>();
    }

    /// <summary>The socket stays readable, and would be tried in every turn; so it rests, and clients wait in its queue.</summary>
    [Fact]
    public void Without_a_descriptor_the_socket_rests_and_is_then_served_again()
    {
        using var client = new Launcher(_kernel.Path);
        _kernel.Turn();
        Assert.Equal("connected", client.Do("connect"));
        Assert.Equal("sent", client.Do(Request));
        using (new NoFreeDescriptor())
        {
            var turns = 0;
            for (var end = MonotonicClock.Now + TimeSpan.FromMilliseconds(300); MonotonicClock.Now < end; turns++)
                _kernel.Turn();
            Assert.Empty(_kernel.Told);
            Assert.InRange(turns, 1, 200);
        }
        _ = _kernel.Next<LaunchEvent.Asked>();
    }

    public void Dispose() => _kernel.Dispose();

    /// <summary>Another client gets an answer.</summary>
    private void Serves()
    {
        using var other = new Launcher(_kernel.Path);
        var start = Stopwatch.GetTimestamp();
        var id = _kernel.Ask(other);
        _kernel.Perform(new Effect.RefuseLaunch(id, RefusalCode.Limit, "No.", []));
        Assert.Contains("\"limit\"", other.Do("read"), StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2));
    }

    private string Quickly(Launcher client, string command)
    {
        var start = Stopwatch.GetTimestamp();
        var line = _kernel.Answer(client, command);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(3), $"{Stopwatch.GetElapsedTime(start)}");
        return line;
    }
}
