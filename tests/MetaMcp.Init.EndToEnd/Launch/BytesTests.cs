using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>Nothing stands between a client and its server: the bytes are the same with and without launch.</summary>
public sealed class BytesTests(BothContainers containers) : IClassFixture<BothContainers>
{
    private const int Line = 10_000_000;
    private const int Noise = 300_000;

    [Theory]
    [InlineData("", "")]
    [InlineData("", "--sockets")]
    [InlineData("guard", "")]
    [InlineData("guard", "--sockets")]
    [InlineData("exec", "")]
    [InlineData("exec", "--sockets")]
    public async Task Lines_of_ten_megabytes_come_back_as_they_were_beside_noise_on_stderr(string type, string options)
    {
        using var gateway = await containers.Looking.Gateway();
        var words = $"bytes --noise {Noise} 7 --echo";
        var server = await gateway.Spawn(type.Length == 0 ? LaunchContainer.Plain(words) : LaunchContainer.Launched(type, words), options);
        var pumped = await gateway.Ask($"pump {server.Number} {2 * Line} {Line} 5 {Noise} 7", Patience.Long);
        Assert.StartsWith($"pumped {server.Number} out same {2 * Line} err same {Noise} ms ", pumped, StringComparison.Ordinal);
        await server.Close();
        Assert.Equal("exit 0", await server.Ending());
        // Not a byte of ours, on either stream.
        Assert.Null(await server.Hear());
        Assert.Null(await server.Complaint());
    }

    [Fact]
    public async Task Other_bytes_would_be_noticed()
    {
        using var gateway = await containers.Looking.Gateway();
        var server = await gateway.Spawn(LaunchContainer.Launched("guard", "bytes --hello --noise 10 8 --echo"));
        var pumped = await gateway.Ask($"pump {server.Number} 1000 100 5 10 7");
        Assert.StartsWith($"pumped {server.Number} out different ", pumped, StringComparison.Ordinal);
        Assert.Contains("err different", pumped, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("guard")]
    [InlineData("exec")]
    public async Task A_server_may_write_before_it_reads_and_a_client_before_the_server_runs(string type)
    {
        await containers.Each(async container =>
        {
            using var gateway = await container.Gateway();
            var server = await gateway.Spawn(LaunchContainer.Launched(type, "hello --hello"));
            await server.Tell("""{"jsonrpc":"2.0","id":1,"method":"first"}""");
            await server.Tell("""{"jsonrpc":"2.0","id":2,"method":"second"}""");
            Assert.Contains("hello", await server.Hear(), StringComparison.Ordinal);
            Assert.Contains("\"id\":1,", await server.Hear(), StringComparison.Ordinal);
            Assert.Contains("\"id\":2,", await server.Hear(), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("guard")]
    [InlineData("exec")]
    public async Task A_client_that_has_closed_stdin_before_the_server_runs_still_gets_its_answers(string type)
    {
        await containers.Each(async container =>
        {
            using var gateway = await container.Gateway();
            var server = await gateway.Spawn(LaunchContainer.Launched(type, "early"));
            await server.Tell("""{"jsonrpc":"2.0","id":1,"method":"first"}""");
            await server.Close();
            Assert.Contains("\"id\":1,", await server.Hear(), StringComparison.Ordinal);
            Assert.Null(await server.Hear());
            Assert.Equal("exit 0", await server.Ending());
        });
    }

    [Fact]
    public async Task A_client_that_reads_nothing_any_more_meets_the_servers_own_end()
    {
        foreach (var type in new[] { "guard", "exec" })
        {
            using var gateway = await containers.Looking.Gateway();
            var server = await gateway.Spawn(LaunchContainer.Launched(type, "deaf"));
            _ = await server.Answers();
            _ = await gateway.Ask($"deafen {server.Number}");
            await server.Tell("group");
            await server.Close();
            // SIGPIPE, as without launch; a guard has no word more to say either.
            Assert.Equal("signal 13", await server.Ending());
        }
    }
}
