using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>What the log, and the person who has typed the name of a server, are told of a launch.</summary>
public sealed class ToldTests
{
    [Theory]
    [InlineData("exit 3", "memory@2: ended after ", ": exit code 3")]
    [InlineData("exit 0", "memory@2: ended after ", "s. It ended by itself, exit code 0.")]
    [InlineData("kill -SEGV $$", "memory@2: ended after ", ": killed by SIGSEGV")]
    [InlineData("kill -TERM $$", "memory@2: ended after ", "s. It ended by itself, killed by SIGTERM.")]
    public async Task The_log_says_how_a_server_ended(string server, string start, string end)
    {
        var ended = await Run("[server.memory]", $"$BINARY launch memory -- sh -c '{server}' </dev/null");
        Assert.Contains(
            ended.Stderr,
            line => line.Contains(start, StringComparison.Ordinal) && line.Contains(end, StringComparison.Ordinal));
        Assert.Equal(!end.Contains("by itself", StringComparison.Ordinal), ended.Stderr.Any(
            line => line.Contains("warn  memory@2", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_told()
    {
        var ended = await Run("[server.memory]", "$BINARY launch memory -- /no/such/program </dev/null; echo got $?");
        Assert.Contains(ended.Stderr, line => line.EndsWith(": exit code 127", StringComparison.Ordinal));
        Assert.Contains(ended.Stdout, line => line.EndsWith("got 127", StringComparison.Ordinal));
    }

    /// <summary>Without a check this is an endless chain of processes.</summary>
    [Theory]
    [InlineData("""[server.self]""", "self")]
    [InlineData("""
        [server.self]
        shim = "exec"
        """, "self")]
    [InlineData("""
        [server.other]
        command = ["%BINARY", "launch", "self"]
        [server.self]
        """, "other")]
    public async Task A_server_whose_command_launches_itself_is_refused(string tables, string next)
    {
        tables += $"\ncommand = [\"%BINARY\", \"launch\", \"{next}\"]";
        var ended = await Run(tables, "$BINARY launch self </dev/null; echo got $?");
        Assert.Contains(ended.Stderr, line => line.Contains("would never end", StringComparison.Ordinal));
        Assert.InRange(ended.Stderr.Count(line => line.Contains("launched by gateway", StringComparison.Ordinal)), 1, 2);
        Assert.Contains(ended.Stdout, line => line.EndsWith("got 0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mistyped_name_is_told_to_the_person_and_in_the_log()
    {
        var ended = await Run("[server.memory]", "$BINARY launch memroy -- echo ran </dev/null");
        Assert.Contains(ended.Stdout, line => line.EndsWith("| ran", StringComparison.Ordinal));
        Assert.Contains(ended.Stderr, line => line.EndsWith(
            "mcp-init launch: the configuration has no [server.memroy]; did you mean memory?", StringComparison.Ordinal));
        Assert.Contains(ended.Stderr, line => line.Contains(
            "warn  memroy: the configuration has no table for it; did you mean [server.memory]?", StringComparison.Ordinal));
    }

    private static async Task<Ended> Run(string tables, string script)
    {
        using var files = new Installation($$"""
            {{tables.Replace("%BINARY", Files.Binary, StringComparison.Ordinal)}}
            [service.gateway]
            type = "oneshot"
            command = ["sh", "-c", ". %/gateway"]
            environment = { BINARY = "{{Files.Binary}}" }
            """);
        files.Write("gateway", script + "\nkill -TERM $PPID\n");
        var ended = await files.Run();
        Assert.Equal(0, ended.Code);
        return ended;
    }
}
