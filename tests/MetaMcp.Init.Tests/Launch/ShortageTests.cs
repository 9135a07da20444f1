using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.LaunchProtocol;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Launch;

/// <summary>What is lacking on the client's side is a refusal, never a crash, and never a server without limits.</summary>
public sealed class ShortageTests : IDisposable
{
    private const string Initialize = """{"jsonrpc":"2.0","id":1,"method":"initialize"}""" + "\n";

    private readonly FakeInit _init = new();

    public void Dispose() => _init.Dispose();

    /// <summary>At each limit another call is the first to fail; without one the server would echo the request.</summary>
    [Theory]
    [InlineData(3, "socket")]
    [InlineData(4, "/proc")]
    public void Without_descriptors_to_ask_for_a_place_the_client_is_told(int limit, string call)
    {
        using var shim = Start(limit);
        Refuses(shim, $"{call}: Too many open files (EMFILE).");
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public void Without_descriptors_for_the_server_the_client_is_told_and_the_place_is_free(int limit)
    {
        using var shim = Start(limit);
        using var connection = _init.Accept();
        _ = connection.Next<ClientFrame.Launch>();
        connection.Send(new InitFrame.Granted(Grants.Usual));
        connection.End();
        Refuses(shim, "Too many open files (EMFILE).");
    }

    [Fact]
    public void A_process_that_ends_before_it_is_the_server_is_no_crash_of_the_server()
    {
        using var shim = _init.Start("memory", "--", "cat");
        using var connection = _init.Accept();
        EndToEnd.Harness.Native.Signal(connection.Place(), 9);
        connection.End();
        Refuses(shim, "has ended before that (");
    }

    /// <summary>To PID 1 it is the server already, so that a refusal would hold the place.</summary>
    [Fact]
    public unsafe void In_place_a_step_that_lacks_something_ends_with_the_reason()
    {
        using var shim = _init.Start("memory", "--", "cat");
        using var connection = _init.Accept();
        _ = connection.Next<ClientFrame.Launch>();
        connection.Send(new InitFrame.Granted(Grants.Usual with
        {
            Shim = ShimMode.Exec, Exec = ["--env-file", "/dev/null"],
        }));
        _ = connection.Next<ClientFrame.Place>();
        var none = new rlimit { rlim_cur = 3, rlim_max = 3 };
        Assert.Equal(0, prlimit(shim.Pid, RLIMIT_NOFILE, &none, null));
        connection.Send(new InitFrame.Go());
        connection.End();
        Assert.Equal(111, shim.ExitCode(out var stderr));
        Assert.Contains("(EMFILE)", stderr, StringComparison.Ordinal);
    }

    [Fact]
    public unsafe void Without_descriptors_for_it_a_guard_lets_go_of_stdout_and_of_what_else_its_client_gave_it()
    {
        string[] andMore = ["bash", "-c", "exec 7>&1; exec \"$@\"", "bash"];
        using var shim = ShimProcess.Start(_init.Directory, "pipe", ["memory", "--", "sh", "-c", "exec >&- 7>&-; read line"], andMore);
        using var connection = _init.Accept();
        _ = connection.Place();
        var none = new rlimit { rlim_cur = 3, rlim_max = 3 };
        Assert.Equal(0, prlimit(shim.Pid, RLIMIT_NOFILE, &none, null));
        connection.Send(new InitFrame.Go());
        Assert.Equal("", shim.StdoutToEnd());
        Assert.StartsWith("anon_inode:", new FileInfo($"/proc/{shim.Pid}/fd/1").LinkTarget, StringComparison.Ordinal);
        shim.Write("\n");
        connection.Send(new InitFrame.Ended(null));
        Assert.Equal(0, shim.ExitCode(out _));
    }

    private ShimProcess Start(int limit) => ShimProcess.Start(
        _init.Directory, "pipe", ["memory", "--", "cat"], ["bash", "-c", $"ulimit -n {limit}; exec \"$@\"", "bash"]);

    private static void Refuses(ShimProcess shim, string reason)
    {
        shim.Write(Initialize);
        var answer = shim.Wait("\n");
        Assert.Contains(reason, answer, StringComparison.Ordinal);
        Assert.Contains("\"shortage\"", answer, StringComparison.Ordinal);
        shim.CloseStdin();
        Assert.Equal(0, shim.ExitCode(out var stderr));
        Assert.StartsWith("mcp-init launch: memory is not started: ", stderr, StringComparison.Ordinal);
    }
}
