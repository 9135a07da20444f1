using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Tests.Launch;

/// <summary>The shim that becomes the server itself.</summary>
public sealed class ExecShimTests : IDisposable
{
    private static readonly LaunchGrant Grant = Grants.Usual with { Shim = ShimMode.Exec };
    private readonly FakeInit _init = new();

    public void Dispose() => _init.Dispose();

    [Fact]
    public void The_clients_child_is_the_server_and_nothing_stands_in_between()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "echo $$ $SECRET $MCP_INIT_INSTANCE; umask; cat; exit 6");
        using var connection = _init.Accept();
        Assert.Equal(shim.Pid, connection.Go(Grant with
        {
            Exec = ["--umask", "0137"],
            Environment = Grant.Environment.Add("SECRET", "ü"),
        }));
        connection.End();
        Assert.Equal($"{shim.Pid} ü mcp-1-7-TOKEN\n0137\n", shim.Wait("0137\n"));
        shim.CloseStdin();
        Assert.Equal(6, shim.ExitCode(out _));
    }

    [Fact]
    public void Signals_are_those_of_any_process()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "grep -E 'SigBlk|SigIgn' /proc/self/status; exec cat");
        using var connection = _init.Accept();
        _ = connection.Go(Grant);
        Assert.Matches(@"^SigBlk:\s0{16}\nSigIgn:\s0{16}\n$", shim.Wait("SigIgn:\t0000000000000000\n"));
        shim.Signal(Signal.Term);
        Assert.Equal(ExitStatus.KilledBy(Signal.Term), shim.End(out _));
    }

    [Theory]
    [InlineData(ShimMode.Exec)]
    [InlineData(ShimMode.Guard)]
    public void PID_1_is_told_why_npx_runs_itself_and_nothing_of_another_program(ShimMode mode)
    {
        using var npx = _init.Start("memory", "--", "npx", "--call", "secret");
        using (var connection = _init.Accept())
        {
            _ = connection.Next<ClientFrame.Launch>();
            connection.Send(new InitFrame.Granted(Grant with { Shim = mode }));
            var said = connection.Next<ClientFrame.Place>().Unwrapping;
            Assert.StartsWith("npx runs itself: npx ", said, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", said, StringComparison.Ordinal);
        }
        foreach (var (unwrap, words) in new[] { (false, new[] { "memory", "--", "npx", "x" }), (true, ["memory", "--", "cat"]) })
        {
            using var shim = _init.Start(words);
            using var connection = _init.Accept();
            _ = connection.Next<ClientFrame.Launch>();
            connection.Send(new InitFrame.Granted(Grant with { Shim = mode, Unwrap = unwrap }));
            Assert.Null(connection.Next<ClientFrame.Place>().Unwrapping);
        }
    }

    [Fact]
    public void A_program_that_does_not_exist_is_named()
    {
        using var shim = _init.Start("memory", "--", "no-such-program");
        using var connection = _init.Accept();
        _ = connection.Go(Grant);
        Assert.Equal(127, shim.ExitCode(out var stderr));
        Assert.Contains("no-such-program", stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void Before_its_place_it_does_not_become_the_server_and_a_refusal_is_answered()
    {
        using var shim = _init.Start("memory", "--", "cat");
        using var connection = _init.Accept();
        Assert.Equal(shim.Pid, connection.Place(Grant));
        connection.Send(new InitFrame.Refused(RefusalCode.Shortage, "There is no process left.", []));
        connection.End();
        shim.Write("""{"id":1,"method":"initialize"}""" + "\n");
        Assert.Contains("-32000", shim.Wait("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_PID_1_before_go_is_told()
    {
        using var shim = _init.Start("memory", "--", "cat");
        using (var connection = _init.Accept())
            _ = connection.Place(Grant);
        Assert.Equal(111, shim.ExitCode(out var stderr));
        Assert.Contains("closed the connection", stderr, StringComparison.Ordinal);
    }
}
