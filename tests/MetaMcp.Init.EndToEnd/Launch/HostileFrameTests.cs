using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>
/// Lines to the launch socket that keep to no rule (tests/programs/rawshim.c): each is refused or let go, and after each of them a server
/// is launched as before.
/// </summary>
public sealed class HostileFrameTests(HostileContainer hostile) : IClassFixture<HostileContainer>
{
    private const string Launch = """{"verb":"launch","name":"single","program":"npx"}\n""";

    private readonly LaunchContainer _container = hostile.Container;

    [Theory]
    [InlineData("""\n""")]
    [InlineData("""{}\n""")]
    [InlineData("""[]\n""")]
    [InlineData("""null\n""")]
    [InlineData("""{"verb":"launch"}\n""")]
    [InlineData("""{"verb":"launch","name":"single"\n""")]
    [InlineData("""{"verb":"launch","name":5,"program":"npx"}\n""")]
    [InlineData("""{"verb":"launch","name":["single"],"program":"npx"}\n""")]
    [InlineData("""{"verb":"launch","name":"","program":"npx"}\n""")]
    [InlineData("""{"verb":"launch","name":"..","program":"npx"}\n""")]
    [InlineData("""{"verb":"launch","name":"a/b/c","program":"npx"}\n""")]
    [InlineData("""{"verb":"launch","name":"../../etc","program":"npx"}\n""")]
    [InlineData("""{"verb":"launch","name":"\x1b[2J","program":"npx"}\n""")]
    [InlineData("""{"verb":"launch","name":"a\\u001b[2Jb","program":"npx"}\n""")]
    [InlineData("""{"verb":"launch","name":"a\\nb","program":"npx"}\n""")]
    [InlineData("""{"verb":"launch","name":"a\0b","program":"npx"}\n""")]
    [InlineData("""{"verb":"launch","name":"\xff\xfe","program":"npx"}\n""")]
    [InlineData("""{"verb":"place","pid":1}\n""")]
    [InlineData("""{"verb":"started"}\n""")]
    [InlineData("""{"verb":"end","id":"mcp-1-1"}\n""")]
    [InlineData("""{"verb":"halt"}\n""")]
    [InlineData("""{"answer":"granted"}\n""")]
    [InlineData("""\x7fELF\x02\x01\x01\0\0\0\xff\n""")]
    public async Task A_frame_that_is_none_gets_no_place(string frame)
    {
        using var gateway = await _container.Gateway();
        var client = await gateway.Spawn(_container.Raw($"connect send={frame} read=20000 read=20000"));
        Assert.Equal("connected 1", await client.Hear());
        Assert.StartsWith("sent ", await client.Hear(), StringComparison.Ordinal);
        var answer = await client.Hear(Patience.Long);
        Assert.True(answer == "end" || IsRefusal(answer), answer);
        Assert.Equal("end", await client.Hear(Patience.Long));
        await hostile.Launches();
    }

    [Fact]
    public async Task A_name_of_three_hundred_characters_gets_no_place()
    {
        using var gateway = await _container.Gateway();
        var client = await gateway.Spawn(_container.Raw($"connect launch={new string('n', 300)} until=refused"));
        _ = await client.Hear();
        _ = await client.Hear();
        var answer = await client.Hear();
        Assert.True(answer == "end" || IsRefusal(answer), answer);
        await hostile.Launches();
    }

    [Theory]
    // Longer than a frame may be; never finished; never begun; finished by the end of the connection.
    [InlineData("fill=5000 read=40000")]
    [InlineData("fill=2000000 read=40000")]
    [InlineData("""send={"verb":"laun read=40000""")]
    [InlineData("read=40000")]
    [InlineData("""send={"verb":"launch","name":"single","program":"npx"} shut read=40000""")]
    public async Task A_frame_without_an_end_is_not_waited_for_for_ever(string steps)
    {
        using var gateway = await _container.Gateway();
        var client = await gateway.Spawn(_container.Raw($"connect {steps}"));
        Assert.Equal("connected 1", await client.Hear());
        string? last = null;
        while (await client.Hear(Patience.Long) is { } line)
            last = line;
        Assert.True(last == "end" || IsRefusal(last), last);
        await hostile.Launches();
    }

    [Fact]
    public async Task A_second_launch_on_one_connection_gets_no_second_place()
    {
        using var gateway = await _container.Gateway();
        var client = await gateway.Spawn(_container.Raw("connect launch=single launch=any read=5000 read=5000 read=5000"));
        var lines = new List<string>();
        while (await client.Hear(Patience.Long) is { } line)
            lines.Add(line);
        Assert.True(lines.Count(line => line.Contains("granted", StringComparison.Ordinal)) <= 1, string.Join('\n', lines));
        await hostile.Launches();
    }

    [Fact]
    public async Task Descriptors_that_no_one_asked_for_are_let_go()
    {
        using var gateway = await _container.Gateway();
        var before = hostile.Descriptors();
        foreach (var steps in new[] { $"give=250 send={Launch}", "give=250 send=x", $"send={Launch} until=granted give=250 send=x" })
        {
            var client = await gateway.Spawn(_container.Raw($"connect {steps} kept hang"));
            string? line;
            do
                line = await client.Hear(Patience.Long);
            while (line is not ("let go" or "held" or null));
            Assert.Equal("let go", line);
            await client.Signal(9);
        }
        await Patience.Until(() => hostile.Descriptors() <= before, "the descriptors are back");
        await hostile.Launches();
    }

    [Fact]
    public async Task Nothing_that_a_client_sent_reaches_the_terminal_of_the_log()
    {
        using var gateway = await _container.Gateway();
        string[] frames =
        [
            """{"verb":"launch","name":"good","program":"\\u001b[2Jnpx"}\n""",
            """{"verb":"launch","name":"bad\\u001b[2J","program":"npx"}\n""",
            """{"verb":"launch","package":"@scope/\\u001b[2J","program":"npx"}\n""",
            """{"verb":"\x1b[2J"}\n""",
        ];
        foreach (var frame in frames)
        {
            var client = await gateway.Spawn(_container.Raw($"connect send={frame} read=20000"));
            Assert.Equal("exit 0", await client.Ending(Patience.Long));
        }
        await hostile.Launches();
        Assert.DoesNotContain(_container.Init.Lines, line => line.Text.Any(c => char.IsControl(c) && c != '\t'));
    }

    private static bool IsRefusal(string? answer) => answer?.Contains("\"refused\"", StringComparison.Ordinal) == true;
}
