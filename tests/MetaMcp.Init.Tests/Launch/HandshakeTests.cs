using System.Diagnostics;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Tests.Launch;

/// <summary>What goes wrong between the request and the server: nothing may be left, and the message has to say why.</summary>
public sealed class HandshakeTests : IDisposable
{
    private readonly FakeInit _init = new();

    public void Dispose() => _init.Dispose();

    [Fact]
    public void An_answer_that_does_not_come_is_waited_for_ten_seconds()
    {
        using var shim = _init.Start("memory", "--", "cat");
        using var connection = _init.Accept();
        var start = Stopwatch.GetTimestamp();
        Assert.Equal(111, shim.ExitCode(out var stderr));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 9, 18);
        Assert.Contains("memory is not started: mcp-init has not answered within 10s", stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_PID_1_before_its_answer_is_told_at_once()
    {
        using var shim = _init.Start("memory", "--", "cat");
        using (var connection = _init.Accept())
            _ = connection.Next<ClientFrame.Launch>();
        Assert.Equal(111, shim.ExitCode(out var stderr));
        Assert.Equal("mcp-init launch: memory is not started: mcp-init has closed the connection\n", stderr);
    }

    [Theory]
    [InlineData("what?\n", "cannot be read: the line is no JSON object")]
    [InlineData("{\"answer\":\"granted\"}\n", "cannot be read")]
    [InlineData("{\"answer\":\"go\"}\n", "out of turn")]
    public void An_answer_that_makes_no_sense_starts_nothing(string answer, string message)
    {
        using var shim = _init.Start("memory", "--", "cat");
        using var connection = _init.Accept();
        _ = connection.Next<ClientFrame.Launch>();
        connection.SendRaw(System.Text.Encoding.UTF8.GetBytes(answer));
        Assert.Equal(111, shim.ExitCode(out var stderr));
        Assert.Contains(message, stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_may_come_in_pieces_and_be_as_long_as_a_line_may_be()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "echo ${#LONG}");
        using var connection = _init.Accept();
        _ = connection.Next<ClientFrame.Launch>();
        var line = LaunchFrames.Encode(new InitFrame.Granted(
            Grants.Usual with { Environment = Grants.Usual.Environment.Add("LONG", new string('a', 65_000)) }));
        Assert.InRange(line.Length, 65_000, LaunchFrames.MostToClient);
        connection.SendRaw(line.AsSpan(0, 10));
        connection.SendRaw(line.AsSpan(10, 40_000));
        connection.SendRaw(line.AsSpan(40_010));
        _ = connection.Next<ClientFrame.Place>();
        connection.Send(new InitFrame.Go());
        connection.Send(new InitFrame.Ended(null));
        Assert.Equal(0, shim.ExitCode(out _));
        Assert.Equal("65000\n", shim.Stdout);
    }

    [Fact]
    public void A_line_without_an_end_is_given_up()
    {
        using var shim = _init.Start("memory", "--", "cat");
        using var connection = _init.Accept();
        _ = connection.Next<ClientFrame.Launch>();
        connection.SendRaw(new byte[LaunchFrames.MostToClient]);
        Assert.Equal(111, shim.ExitCode(out var stderr));
        Assert.Contains("a line without an end", stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void If_PID_1_goes_before_the_gate_opens_the_server_never_runs()
    {
        var mark = _init.Files["ran"];
        using var shim = _init.Start("memory", "--", "sh", "-c", "echo > $0", mark);
        int server;
        using (var connection = _init.Accept())
            server = connection.Place();
        Assert.Equal(111, shim.ExitCode(out var stderr));
        Assert.Contains("mcp-init has closed the connection", stderr, StringComparison.Ordinal);
        ShimProcess.UntilGone(server);
        Assert.False(File.Exists(mark));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(15)]
    public void If_the_guard_is_ended_before_the_gate_opens_the_server_never_runs(int signal)
    {
        var mark = _init.Files["ran"];
        using var shim = _init.Start("memory", "--", "sh", "-c", "echo > $0", mark);
        using var connection = _init.Accept();
        var server = connection.Place();
        shim.Signal(Signal.FromNumber(signal));
        Assert.Equal(ExitStatus.KilledBy(Signal.FromNumber(signal)), shim.End(out var stderr));
        Assert.Equal("", stderr);
        connection.End();
        ShimProcess.UntilGone(server);
        Assert.False(File.Exists(mark));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(15)]
    public void A_shim_that_is_ended_before_the_answer_leaves_nothing(int signal)
    {
        using var shim = _init.Start("memory", "--", "cat");
        using var connection = _init.Accept();
        _ = connection.Next<ClientFrame.Launch>();
        shim.Signal(Signal.FromNumber(signal));
        Assert.Equal(ExitStatus.KilledBy(Signal.FromNumber(signal)), shim.End(out _));
        connection.End();
    }

    [Fact]
    public void A_place_that_could_not_be_taken_is_a_refusal()
    {
        using var shim = _init.Start("memory", "--", "cat");
        using var connection = _init.Accept();
        var server = connection.Place();
        connection.Send(new InitFrame.Refused(RefusalCode.Shortage, "There is no process left.", []));
        shim.Write("""{"jsonrpc":"2.0","id":1,"method":"initialize"}""" + "\n");
        Assert.Contains("There is no process left.", shim.Wait("\n"), StringComparison.Ordinal);
        Assert.False(Directory.Exists($"/proc/{server}"));
        connection.End();
        shim.CloseStdin();
        Assert.Equal(0, shim.ExitCode(out _));
    }

    [Theory]
    [InlineData("usage: mcp-init launch")]
    [InlineData("write -- between", "memory", "npx")]
    [InlineData("the name cannot be used", "a/b", "--", "npx")]
    public void A_wrong_command_line_asks_nobody(string message, params string[] words)
    {
        using var shim = _init.Start(words);
        Assert.Equal(100, shim.ExitCode(out var stderr));
        Assert.Contains(message, stderr, StringComparison.Ordinal);
        Assert.Single(stderr, '\n');
    }
}
