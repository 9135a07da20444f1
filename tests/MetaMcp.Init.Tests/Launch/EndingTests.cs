using System.Globalization;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Tests.Launch;

/// <summary>What a client sees of the end of a guarded server, and what PID 1 is told of the client's.</summary>
public sealed class EndingTests : IDisposable
{
    private readonly FakeInit _init = new();

    public void Dispose() => _init.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(111)]
    [InlineData(255)]
    public void The_exit_code_is_the_servers_own(int code)
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", $"exit {code}");
        using var connection = _init.Accept();
        _ = connection.Go();
        connection.Send(new InitFrame.Ended(null));
        Assert.Equal(code, shim.ExitCode(out var stderr));
        Assert.Equal("", stderr);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(11)]
    [InlineData(6)]
    [InlineData(34)]
    public void A_signal_that_ends_the_server_ends_the_guard_and_no_core_is_dumped(int signal)
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", $"ulimit -c 0; kill -{signal} $$");
        using var connection = _init.Accept();
        _ = connection.Go();
        connection.Send(new InitFrame.Ended(null));
        Assert.Equal(ExitStatus.KilledBy(Signal.FromNumber(signal)), shim.End(out _));
    }

    [Fact]
    public void An_end_by_PID_1_is_no_failure_and_its_reason_is_on_stderr()
    {
        using var shim = _init.Start("memory", "--", "cat");
        using var connection = _init.Accept();
        var server = connection.Go();
        connection.Send(new InitFrame.Ending("It was idle for 10m."));
        EndToEnd.Harness.Native.Signal(server, 9);
        connection.Send(new InitFrame.Ended("It was idle for 10m."));
        Assert.Equal(0, shim.ExitCode(out var stderr));
        Assert.Equal("mcp-init launch: memory (mcp-1-7) was ended by mcp-init. It was idle for 10m.\n", stderr);
    }

    [Fact]
    public void An_end_that_PID_1_has_announced_is_no_failure_either_if_PID_1_is_gone_then()
    {
        using var shim = _init.Start("memory", "--", "cat");
        using var connection = _init.Accept();
        var server = connection.Go();
        connection.Send(new InitFrame.Ending("mcp-init is shutting down."));
        connection.Dispose();
        EndToEnd.Harness.Native.Signal(server, 9);
        Assert.Equal(0, shim.ExitCode(out var stderr));
        Assert.Contains("shutting down", stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void A_guard_waits_for_the_end_of_the_rest_but_not_for_ever()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "exit 5");
        using var connection = _init.Accept();
        _ = connection.Go();
        Assert.Equal(5, shim.ExitCode(out _));
    }

    [Fact]
    public void Without_PID_1_the_guard_goes_on_as_the_parent_of_its_server()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "read line; exit $line");
        using var connection = _init.Accept();
        _ = connection.Go();
        connection.Dispose();
        shim.Write("7\n");
        Assert.Equal(7, shim.ExitCode(out _));
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("socket")]
    public void The_close_of_stdin_is_told_once_and_costs_no_time_afterwards(string kind)
    {
        using var shim = _init.StartOn(kind, "memory", "--", "sh", "-c", "echo up; exec sleep 60");
        using var connection = _init.Accept();
        var server = connection.Go();
        _ = shim.Wait("up\n");
        shim.CloseStdin();
        _ = connection.Next<ClientFrame.Closed>();
        var before = TicksOf(shim.Pid);
        ShimProcess.Until(() => ShimProcess.Field(shim.Pid, 3) == "S", "the guard sleeps");
        EndToEnd.Harness.Native.Signal(server, 15);
        connection.Send(new InitFrame.Ended("Its client closed stdin."));
        Assert.InRange(TicksOf(shim.Pid) ?? before!.Value, before!.Value, before.Value + 2);
        Assert.Equal(0, shim.ExitCode(out _));
        _ = connection.Next<ClientFrame.Exited>();
        connection.End();
    }

    [Fact]
    public void The_end_of_a_socket_that_is_still_open_for_answers_is_a_close()
    {
        using var shim = _init.StartOn("socket", "memory", "--", "sh", "-c", "cat; exec sleep 60");
        using var connection = _init.Accept();
        _ = connection.Go();
        shim.EndStdin();
        _ = connection.Next<ClientFrame.Closed>();
    }

    [Fact]
    public void A_close_is_told_though_the_server_has_not_read_everything()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "echo up; exec sleep 60");
        using var connection = _init.Accept();
        _ = connection.Go();
        _ = shim.Wait("up\n");
        shim.Write(new string('x', 10_000));
        shim.CloseStdin();
        _ = connection.Next<ClientFrame.Closed>();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("terminal")]
    public void A_stdin_that_no_client_closes_is_never_told_to_be_closed(string kind)
    {
        using var shim = _init.StartOn(kind, "memory", "--", "sh", "-c", "exit 0");
        using var connection = _init.Accept();
        _ = connection.Go();
        connection.Send(new InitFrame.Ended(null));
        Assert.Equal(0, shim.ExitCode(out _));
        _ = connection.Next<ClientFrame.Exited>();
        connection.End();
    }

    [Fact]
    public void A_server_that_waits_for_a_reader_of_its_stdin_reads_all_of_it_itself()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "wc -c");
        using var connection = _init.Accept();
        _ = connection.Go();
        shim.Write(new string('x', 1_000_000));
        shim.CloseStdin();
        connection.Send(new InitFrame.Ended(null));
        Assert.Equal(0, shim.ExitCode(out _));
        Assert.Equal("1000000\n", shim.Stdout);
    }

    /// <summary>Each is passed on as often as it came.</summary>
    [Theory]
    [InlineData("HUP", 1)]
    [InlineData("INT", 2)]
    [InlineData("QUIT", 3)]
    [InlineData("USR1", 10)]
    [InlineData("USR2", 12)]
    [InlineData("TERM", 15)]
    [InlineData("WINCH", 28)]
    public void A_signal_to_the_guard_reaches_the_server(string name, int number)
    {
        // It ends with its stdin: no init ends it here after the guard.
        var server = $"trap 'echo {name}' {name}; echo up; while :; do read -t 0.02 x || [ $? -gt 128 ] || exit; done";
        using var shim = _init.Start("memory", "--", "bash", "-c", server);
        using var connection = _init.Accept();
        _ = connection.Go();
        _ = shim.Wait("up\n");
        shim.Signal(Signal.FromNumber(number));
        Assert.Equal($"up\n{name}\n", shim.Wait($"{name}\n"));
        shim.Signal(Signal.FromNumber(number));
        Assert.Equal($"up\n{name}\n{name}\n", shim.Wait($"{name}\n{name}\n"));
    }

    [Fact]
    public void A_stop_stops_the_server_too_and_it_goes_on_with_the_guard()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "echo up; exec cat");
        using var connection = _init.Accept();
        var server = connection.Go();
        _ = shim.Wait("up\n");
        shim.Signal(Signal.Tstp);
        ShimProcess.Until(() => ShimProcess.Field(server, 3) == "T" && ShimProcess.Field(shim.Pid, 3) == "T", "both are stopped");
        shim.Signal(Signal.Cont);
        shim.Write("x\n");
        _ = shim.Wait("x\n");
    }

    [Fact]
    public void Children_that_the_guard_had_before_are_collected_and_are_not_the_server()
    {
        using var shim = ShimProcess.Start(
            _init.Directory, "pipe", ["memory", "--", "sh", "-c", "read x; exit 9"],
            ["bash", "-c", "(exit 3) & exec \"$@\"", "bash"]);
        using var connection = _init.Accept();
        _ = connection.Go();
        shim.Write("\n");
        connection.Send(new InitFrame.Ended(null));
        Assert.Equal(9, shim.ExitCode(out _));
    }

    private static long? TicksOf(int pid) =>
        ShimProcess.Field(pid, 14) is { } user && ShimProcess.Field(pid, 15) is { } system
            ? long.Parse(user, CultureInfo.InvariantCulture) + long.Parse(system, CultureInfo.InvariantCulture)
            : null;
}
