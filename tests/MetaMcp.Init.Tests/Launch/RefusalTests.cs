using System.Globalization;
using System.Text.Json;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Tests.Launch;

/// <summary>What the client of a refused server sees.</summary>
public sealed class RefusalTests : IDisposable
{
    private static readonly InitFrame.Refused Refusal =
        new(RefusalCode.Limit, "memory has 1 instance, as many as it may have.", ["mcp-1-3 (memory, pid 12, 5m)"]);

    private readonly FakeInit _init = new();

    public void Dispose() => _init.Dispose();

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2024-11-05"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":0,"method":"server/discover","params":{"_meta":{"version":"2026-07-28"}}}""")]
    public void A_client_of_each_version_gets_the_reason_and_no_crash(string first)
    {
        using var shim = Refused("pipe");
        shim.Write(first + "\n");
        using var answer = JsonDocument.Parse(shim.Wait("\n"));
        Assert.Equal(0, answer.RootElement.GetProperty("id").GetInt32());
        Assert.Equal(Refusal.Reason, answer.RootElement.GetProperty("error").GetProperty("message").GetString());
        shim.Write("""{"jsonrpc":"2.0","method":"notifications/initialized"}""" + "\n");
        shim.Write("""{"jsonrpc":"2.0","id":"later","method":"tools/list"}""" + "\n");
        Assert.Contains("\"later\"", shim.Wait("\"later\"").Split('\n')[1], StringComparison.Ordinal);
        shim.CloseStdin();
        Assert.Equal(0, shim.ExitCode(out var stderr));
        Assert.Equal(
            $"mcp-init launch: memory is not started: {Refusal.Reason} Held by: mcp-1-3 (memory, pid 12, 5m).\n", stderr);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    public void It_ends_well_when_it_is_asked_to(int signal)
    {
        using var shim = Refused("socket");
        shim.Write("""{"id":1,"method":"initialize"}""" + "\n");
        _ = shim.Wait("\n");
        shim.Signal(Signal.FromNumber(signal));
        Assert.Equal(0, shim.ExitCode(out _));
    }

    [Fact]
    public void A_request_of_ten_megabytes_is_answered_and_takes_no_memory()
    {
        using var shim = Refused("pipe");
        shim.Write("""{"id":1,"method":"initialize"}""" + "\n");
        _ = shim.Wait("\n");
        var before = PeakOf(shim.Pid);
        shim.Write("""{"params":{"text":" """ + new string('x', 10_000_000) + """ "},"id":2,"method":"tools/call"}""" + "\n");
        Assert.Contains("\"id\":2,", shim.Wait("\"id\":2,"), StringComparison.Ordinal);
        Assert.InRange(PeakOf(shim.Pid), before, before + 300);
    }

    /// <summary>The answers fill the pipe, and the shim waits for the reader, not for memory; it still ends when asked to.</summary>
    [Fact]
    public void A_client_that_asks_and_does_not_read_holds_itself_up_alone()
    {
        using var shim = Refused("pipe");
        shim.Write("""{"id":"first","method":"initialize"}""" + "\n");
        _ = shim.Wait("\n");
        for (var i = 0; i < 400; i++)
            shim.Write($$"""{"id":{{i}},"method":"ping"}""" + "\n");
        shim.Signal(Signal.Term);
        Assert.Equal(0, shim.ExitCode(out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("y\n")]
    [InlineData("""{"name":"created"}""" + "\n")]
    public void A_script_that_called_npx_does_not_believe_that_its_tool_has_run(string input)
    {
        using var shim = RefusedNpx();
        shim.Write(input);
        if (input.Length == 0)
            shim.CloseStdin();
        Assert.Equal(1, shim.ExitCode(out var stderr));
        Assert.Equal(
            $"mcp-init launch: create-it is not started: {Refusal.Reason} Held by: mcp-1-3 (memory, pid 12, 5m).\n", stderr);
        Assert.Equal("", shim.Stdout);
    }

    /// <summary>As a program of Node starts another by default: stdin is a pipe that stays open.</summary>
    [Fact]
    public void A_script_that_says_nothing_to_its_npx_does_not_wait_for_ever()
    {
        using var shim = RefusedNpx();
        Assert.Equal(1, shim.ExitCode(out var stderr));
        Assert.Contains("is not started", stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_of_MCP_that_called_npx_sees_no_crash()
    {
        using var shim = RefusedNpx();
        shim.Write("""{"jsonrpc":"2.0","id":1,"method":"initialize"}""" + "\n");
        Assert.Contains(Refusal.Reason, shim.Wait("\n"), StringComparison.Ordinal);
        shim.CloseStdin();
        Assert.Equal(0, shim.ExitCode(out _));
    }

    [Fact]
    public void A_launch_by_name_ends_well_though_its_client_has_asked_nothing()
    {
        using var shim = Refused("pipe");
        shim.Write("noise\n");
        shim.CloseStdin();
        Assert.Equal(0, shim.ExitCode(out _));
    }

    [Fact]
    public void A_person_at_a_terminal_is_told_and_let_go()
    {
        using var shim = Refused("terminal");
        Assert.Equal(1, shim.ExitCode(out var stderr));
        Assert.Equal(
            """
            mcp-init launch: memory is not started: memory has 1 instance, as many as it may have.
            Held by:
              mcp-1-3 (memory, pid 12, 5m)

            """, stderr);
    }

    [Theory]
    [InlineData("terminal", 1)]
    [InlineData("pipe", 0)]
    public void A_wait_is_told_once_and_to_a_person_alone(string stdin, int times)
    {
        using var shim = _init.StartOn(stdin, "memory", "--", "cat");
        using var connection = _init.Accept();
        _ = connection.Next<ClientFrame.Launch>();
        connection.Send(new InitFrame.Waiting("memory waits for a place."));
        connection.Send(new InitFrame.Waiting("memory waits for a place."));
        connection.Send(Refusal);
        if (stdin == "pipe")
            shim.CloseStdin();
        _ = shim.ExitCode(out var stderr);
        Assert.Equal(
            times, stderr.Split('\n').Count(l => l == "mcp-init launch: memory waits for a place."));
    }

    /// <summary>The binary called as <c>npx create-it</c>, without the word launch.</summary>
    private ShimProcess RefusedNpx() => Refuse(ShimProcess.Start(
        _init.Directory, "pipe", ["create-it"], ["bash", "-c", "exec -a npx \"$0\" \"${@:2}\""]));

    private ShimProcess Refused(string stdin) => Refuse(_init.StartOn(stdin, "memory", "--", "cat"));

    private ShimProcess Refuse(ShimProcess shim)
    {
        using var connection = _init.Accept();
        _ = connection.Next<ClientFrame.Launch>();
        connection.Send(Refusal);
        connection.End();
        return shim;
    }

    /// <summary>In KiB.</summary>
    private static int PeakOf(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").Single(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
