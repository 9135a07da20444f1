using System.Text;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.LaunchProtocol;

/// <summary>Lines of shims, each of which may be written by any process of the container.</summary>
public sealed class ClientFrameTests
{
    public static TheoryData<ClientFrame> Frames =>
    [
        new ClientFrame.Launch("memory", null, "npx"),
        new ClientFrame.Launch(null, "@modelcontextprotocol/server-memory", "uvx"),
        new ClientFrame.Launch("ein Name mit \"Zeichen\" \\ und 日本", null, "?"),
        new ClientFrame.Place(int.MaxValue),
        new ClientFrame.Place(12, "npx is left out: /cache/.bin/server"),
        new ClientFrame.Closed(),
        new ClientFrame.Idle(true),
        new ClientFrame.Idle(false),
        new ClientFrame.Started(),
        new ClientFrame.Exited(ExitStatus.Exited(3), IsAsked: false),
        new ClientFrame.Exited(ExitStatus.KilledBy(Signal.Term, dumpedCore: true), IsAsked: true),
    ];

    [Theory]
    [MemberData(nameof(Frames))]
    public void A_frame_is_read_back_as_it_was_written(ClientFrame frame)
    {
        var line = LaunchFrames.Encode(frame);
        Assert.Equal((byte)'\n', line[^1]);
        Assert.DoesNotContain((byte)'\n', line[..^1]);
        Assert.Equal(frame, LaunchFrames.ReadClient(line, out var problem));
        Assert.Equal("", problem);
        Assert.Equal(frame, LaunchFrames.ReadClient(line.AsSpan(0, line.Length - 1), out _));
    }

    [Theory]
    [InlineData("""{"verb":"launch","name":"memory","program":"npx"}""", """{"verb":"launch","name":"memory","program":"npx"}""")]
    [InlineData("""{"verb":"place","pid":12}""", """{ "pid" : 12 , "verb" : "place" }""")]
    [InlineData("""{"verb":"closed"}""", """{"verb":"closed","later":{"a":[1,{"verb":"launch"}]},"x":null}""")]
    [InlineData("""{"verb":"launch","package":"a","program":"b"}""", """{"verb":"launch","name":null,"package":"a","program":"/bin/b"}""")]
    public void Blanks_order_and_unknown_members_do_not_matter(string plain, string written) =>
        Assert.Equal(Read(plain), Read(written));

    [Fact]
    public void A_line_has_the_form_that_the_contract_shows() =>
        Assert.Equal(
            """{"verb":"launch","package":"@scope/pkg","program":"npx"}""" + "\n",
            Encoding.UTF8.GetString(LaunchFrames.Encode(new ClientFrame.Launch(null, "@scope/pkg", "npx"))));

    [Theory]
    [InlineData("", "no JSON object")]
    [InlineData("null", "no JSON object")]
    [InlineData("[]", "no JSON object")]
    [InlineData("{", "no JSON object")]
    [InlineData("""{"verb":"closed"} {}""", "no JSON object")]
    [InlineData("""{"verb":"closed",}""", "no JSON object")]
    [InlineData("{}", "verb is missing")]
    [InlineData("""{"verb":7}""", "verb is missing, or not")]
    [InlineData("""{"verb":"stop"}""", "the verb is not known")]
    [InlineData("""{"verb":"Closed"}""", "the verb is not known")]
    [InlineData("""{"verb":"place"}""", "pid is missing")]
    [InlineData("""{"verb":"exited","code":256,"signal":0,"core":false,"asked":false}""", "code is missing, or not")]
    [InlineData("""{"verb":"exited","code":0,"signal":65,"core":false,"asked":false}""", "signal is missing, or not")]
    [InlineData("""{"verb":"place","pid":"12"}""", "pid is missing, or not")]
    [InlineData("""{"verb":"place","pid":0}""", "pid")]
    [InlineData("""{"verb":"place","pid":-1}""", "pid")]
    [InlineData("""{"verb":"place","pid":1.5}""", "pid")]
    [InlineData("""{"verb":"place","pid":2147483648}""", "pid")]
    [InlineData("""{"verb":"place","pid":99999999999999999999}""", "pid")]
    [InlineData("""{"verb":"place","pid":12,"unwrap":7}""", "unwrap is missing, or not")]
    [InlineData("""{"verb":"place","pid":12,"unwrap":["a"]}""", "unwrap is missing, or not")]
    [InlineData("""{"verb":"place","pid":12,"unwrap":"a\ud800"}""", "unwrap is missing, or not")]
    [InlineData("""{"verb":"idle","idle":1}""", "idle is missing, or not")]
    [InlineData("""{"verb":"idle"}""", "idle")]
    [InlineData("""{"verb":"launch","program":"npx"}""", "either a name or a package")]
    [InlineData("""{"verb":"launch","name":"a","package":"b","program":"npx"}""", "either a name or a package")]
    [InlineData("""{"verb":"launch","name":"a"}""", "program")]
    [InlineData("""{"verb":"launch","name":["a"],"program":"npx"}""", "name is missing, or not")]
    [InlineData("""{"verb":"launch","name":"a\u0000","program":"npx"}""", "name is missing, or not")]
    [InlineData("""{"verb":"launch","name":"a\ud800","program":"npx"}""", "name is missing, or not")]
    [InlineData("""{"verb":"launch","name":"a\x","program":"npx"}""", "name is missing, or not")]
    [InlineData("""{"verb":"launch","name":"a\u12","program":"npx"}""", "name is missing, or not")]
    [InlineData("""{"verb":"launch","name":"a\nb","program":"npx"}""", "control character")]
    [InlineData("""{"verb":"launch","name":"a\u001b[2J","program":"npx"}""", "control character")]
    [InlineData("""{"verb":"launch","name":"a\u202eb","program":"npx"}""", "control character")]
    [InlineData("""{"verb":"launch","name":"a\u007f","program":"npx"}""", "control character")]
    [InlineData("""{"verb":"launch","name":"","program":"npx"}""", "empty")]
    [InlineData("""{"verb":"launch","name":"..","program":"npx"}""", "directory")]
    [InlineData("""{"verb":"launch","name":"../etc","program":"npx"}""", "'/'")]
    [InlineData("""{"verb":"launch","package":"a/b","program":"npx"}""", "'/'")]
    [InlineData("""{"verb":"launch","package":"@a/b/c","program":"npx"}""", "'/'")]
    [InlineData("""{"verb":"launch","package":"@/c","program":"npx"}""", "'/'")]
    [InlineData("""{"verb":"launch","package":"@a/","program":"npx"}""", "after the scope")]
    [InlineData("""{"verb":"launch","package":"@a/..","program":"npx"}""", "after the scope")]
    public void A_line_that_is_not_as_it_should_be_is_refused_with_the_reason(string line, string reason)
    {
        Assert.Null(LaunchFrames.ReadClient(Encoding.UTF8.GetBytes(line), out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        byte[] line = [.. """{"verb":"launch","name":"a"""u8, 0xff, .. "\",\"program\":\"npx\"}"u8];
        Assert.Null(LaunchFrames.ReadClient(line, out _));
        byte[] raw = [.. """{"verb":"launch","name":"a"""u8, 7, .. "\",\"program\":\"npx\"}"u8];
        Assert.Null(LaunchFrames.ReadClient(raw, out _));
    }

    [Fact]
    public void A_line_over_the_limit_is_refused_and_one_at_the_limit_is_not()
    {
        var head = """{"verb":"closed","x":" """;
        var most = head + new string('a', LaunchFrames.MostFromClient - head.Length - 2) + "\"}";
        Assert.Equal(LaunchFrames.MostFromClient, most.Length);
        _ = Assert.IsType<ClientFrame.Closed>(Read(most));
        Assert.Null(LaunchFrames.ReadClient(Encoding.UTF8.GetBytes(most + " "), out var problem));
        Assert.Contains("longer than 4096 bytes", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_has_as_many_bytes_as_a_package_may_have_and_no_more()
    {
        Assert.Null(LaunchNames.Problem(new string('a', 214)));
        Assert.Contains("longer", LaunchNames.Problem(new string('a', 215)), StringComparison.Ordinal);
        Assert.Contains("longer", LaunchNames.Problem(new string('ä', 108)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("npx", "npx")]
    [InlineData("/usr/local/bin/npx", "npx")]
    [InlineData("a\u001b[2Jb\n", "a?[2Jb?")]
    [InlineData("\u202e", "?")]
    [InlineData("", "?")]
    [InlineData("dir/", "?")]
    public void The_name_of_a_program_is_made_safe_to_show(string given, string shown) => Assert.Equal(shown, LaunchNames.Program(given));

    [Fact]
    public void No_command_is_no_program_with_a_strange_name() =>
        Assert.Equal("", Assert.IsType<ClientFrame.Launch>(Read("""{"verb":"launch","name":"a","program":""}""")).Program);

    [Fact]
    public void The_name_of_a_program_is_cut_short_between_characters() =>
        Assert.Equal(new string('a', 63), LaunchNames.Program(new string('a', 63) + "😀"));

    [Theory]
    [InlineData("null", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"npx is left out\"", "npx is left out")]
    [InlineData("""  "a\n2026 gateway@1: \u001b[2J\u202e\u007f" """, "a?2026 gateway@1: ?[2J??")]
    public void The_sentence_on_the_runner_is_made_safe_to_show(string written, string? shown) =>
        Assert.Equal(new ClientFrame.Place(12, shown), Read($$"""{"verb":"place","pid":12,"unwrap":{{written}}}"""));

    [Fact]
    public void The_sentence_on_the_runner_is_cut_short_between_characters()
    {
        var most = new string('a', 196) + "😀";
        Assert.Equal(new ClientFrame.Place(12, most), Read($$"""{"verb":"place","pid":12,"unwrap":"{{most}}"}"""));
        var longer = new ClientFrame.Place(12, new string('a', 196) + "...");
        Assert.Equal(longer, Read($$"""{"verb":"place","pid":12,"unwrap":"{{most}}b"}"""));
        Assert.Equal(longer, Read($$"""{"verb":"place","pid":12,"unwrap":"{{most}}{{new string('ü', 1500)}}"}"""));
    }

    private static ClientFrame? Read(string line) => LaunchFrames.ReadClient(Encoding.UTF8.GetBytes(line), out _);
}
