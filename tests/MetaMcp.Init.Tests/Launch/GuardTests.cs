using MetaMcp.Init.Core.LaunchProtocol;

namespace MetaMcp.Init.Tests.Launch;

/// <summary>The guard from its request to its end.</summary>
public sealed class GuardTests : IDisposable
{
    private readonly FakeInit _init = new();

    public void Dispose() => _init.Dispose();

    [Fact]
    public void The_request_names_the_type_and_the_program()
    {
        using var shim = _init.Start("memory", "--", "/bin/sh", "-c", "exit 0");
        using var connection = _init.Accept();
        Assert.Equal(new ClientFrame.Launch("memory", null, "sh"), connection.Next<ClientFrame.Launch>());
    }

    [Fact]
    public void Nothing_of_the_server_runs_before_it_is_in_its_place()
    {
        var mark = _init.Files["ran"];
        using var shim = _init.Start("memory", "--", "sh", "-c", "echo > $0", mark);
        using var connection = _init.Accept();
        var server = connection.Place();
        Assert.Equal($"{shim.Pid}", ShimProcess.Field(server, 4));
        Assert.Equal(EndToEnd.Harness.Files.Binary, new FileInfo($"/proc/{server}/exe").LinkTarget);
        Assert.False(File.Exists(mark));
        connection.Send(new InitFrame.Go());
        connection.Send(new InitFrame.Ended(null));
        Assert.Equal(0, shim.ExitCode(out _));
        Assert.True(File.Exists(mark));
    }

    [Fact]
    public void The_server_has_the_clients_streams_and_a_session_of_its_own()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "echo $$; echo oh >&2; cat");
        using var connection = _init.Accept();
        var server = connection.Go();
        shim.Write("hello\n");
        Assert.Equal($"{server}\nhello\n", shim.Wait("hello\n"));
        Assert.Equal($"{server}", ShimProcess.Field(server, 6));
        Assert.NotEqual($"{server}", ShimProcess.Field(shim.Pid, 6));
        // The server may end before the guard has told of the close.
        shim.CloseStdin();
        connection.Send(new InitFrame.Ended(null));
        Assert.Equal(0, shim.ExitCode(out var stderr));
        Assert.Equal("oh\n", stderr);
    }

    [Fact]
    public void The_variables_of_the_grant_are_in_the_environment_and_in_no_argument()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "echo $SECRET $MCP_INIT_INSTANCE $PATH; cat");
        using var connection = _init.Accept();
        var server = connection.Place(Grants.Usual with
        {
            Environment = Grants.Usual.Environment.Add("SECRET", "s3 cret").Add("PATH", $"/usr/bin:{_init.Directory}/shims:/bin"),
        });
        Assert.DoesNotContain("s3 cret", File.ReadAllText($"/proc/{server}/cmdline"), StringComparison.Ordinal);
        connection.Send(new InitFrame.Go());
        Assert.Equal("s3 cret mcp-1-7-TOKEN /usr/bin:/bin\n", shim.Wait("\n"));
    }

    [Fact]
    public void The_attributes_of_the_grant_are_applied()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "umask; nice; cat");
        using var connection = _init.Accept();
        _ = connection.Go(Grants.Usual with { Exec = ["--umask", "0137", "--nice", "3"] });
        Assert.Equal("0137\n3\n", shim.Wait("3\n"));
    }

    [Fact]
    public void The_command_of_the_file_is_taken_where_the_client_gives_none()
    {
        using var shim = _init.Start("memory");
        using var connection = _init.Accept();
        _ = connection.Go(Grants.Usual with { Command = ["sh", "-c", "echo ${0}; exit 4", "it's ü"] });
        connection.Send(new InitFrame.Ended(null));
        Assert.Equal(4, shim.ExitCode(out _));
        Assert.Equal("it's ü\n", shim.Stdout);
    }

    [Fact]
    public void Without_any_command_nothing_is_started_and_the_message_says_where_to_write_one()
    {
        using var shim = _init.Start("memory");
        using var connection = _init.Accept();
        _ = connection.Next<ClientFrame.Launch>();
        connection.Send(new InitFrame.Granted(Grants.Usual));
        Assert.Equal(100, shim.ExitCode(out var stderr));
        Assert.Contains("[server.memory] has no command", stderr, StringComparison.Ordinal);
        connection.End();
    }

    [Fact]
    public void A_place_that_comes_after_a_while_is_taken()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "exit 3");
        using var connection = _init.Accept();
        _ = connection.Next<ClientFrame.Launch>();
        connection.Send(new InitFrame.Waiting("memory waits for a place."));
        connection.Send(new InitFrame.Granted(Grants.Usual));
        _ = connection.Next<ClientFrame.Place>();
        connection.Send(new InitFrame.Go());
        connection.Send(new InitFrame.Ended(null));
        Assert.Equal(3, shim.ExitCode(out _));
    }

    [Fact]
    public void The_guard_does_not_hold_stdout()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "echo last; exec >&-; read line");
        using var connection = _init.Accept();
        _ = connection.Go();
        Assert.Equal("last\n", shim.StdoutToEnd());
        ShimProcess.Until(() => ShimProcess.Field(shim.Pid, 3) == "S", "the guard is there and sleeps");
    }

    [Fact]
    public void A_second_stage_that_cannot_become_the_server_says_why()
    {
        using var shim = _init.Start("memory", "--", "no-such-program");
        using var connection = _init.Accept();
        _ = connection.Go();
        connection.Send(new InitFrame.Ended(null));
        Assert.Equal(127, shim.ExitCode(out var stderr));
        Assert.StartsWith("mcp-init launch: memory: exec no-such-program: ", stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void A_start_that_was_not_cold_is_not_reported_and_one_of_no_package_runner_at_once()
    {
        using (var shim = _init.Start("memory", "--", "sh", "-c", "exit 0"))
        {
            using var connection = _init.Accept();
            _ = connection.Go();
            connection.Send(new InitFrame.Ended(null));
            Assert.Equal(0, shim.ExitCode(out _));
            _ = connection.Next<ClientFrame.Exited>();
            connection.End();
        }
        using (var shim = _init.Start("memory", "--", "cat"))
        {
            using var connection = _init.Accept();
            _ = connection.Go(Grants.Usual with { IsStarting = true });
            _ = connection.Next<ClientFrame.Started>();
        }
    }

    /// <summary>Its scripts have another stdin; the server has the client's.</summary>
    [Fact]
    public void A_package_runner_has_started_when_the_server_has_the_clients_stdin()
    {
        var go = _init.Files["installed"];
        var npx = _init.Files.Write(
            "npx", $"#!/bin/sh\nsh -c 'until [ -e {go} ]; do sleep 0.02; done' </dev/null\nsh -c 'cat; exit 0'\nexit 0\n");
        File.SetUnixFileMode(npx, (UnixFileMode)0x1ED);
        using var shim = _init.Start("memory", "--", npx, "-y", "pkg");
        using var connection = _init.Accept();
        Assert.Equal("npx", connection.Next<ClientFrame.Launch>().Program);
        connection.Send(new InitFrame.Granted(Grants.Usual with { IsStarting = true }));
        var server = connection.Next<ClientFrame.Place>().Pid;
        connection.Send(new InitFrame.Go());
        ShimProcess.Until(() => File.ReadAllText($"/proc/{server}/task/{server}/children").Length > 0, "the script runs");
        Assert.False(connection.HasNews);
        File.WriteAllText(go, "");
        _ = connection.Next<ClientFrame.Started>();
    }

    [Fact]
    public void A_server_without_traffic_is_idle_until_there_is_some()
    {
        using var shim = _init.Start("memory", "--", "sh", "-c", "cat; exit 0");
        using var connection = _init.Accept();
        _ = connection.Go(Grants.Usual with { IdleAfter = TimeSpan.FromMilliseconds(300) });
        Assert.True(connection.Next<ClientFrame.Idle>().IsIdle);
        shim.Write("x\n");
        Assert.False(connection.Next<ClientFrame.Idle>().IsIdle);
        Assert.True(connection.Next<ClientFrame.Idle>().IsIdle);
    }
}
