using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.LaunchProtocol;

namespace MetaMcp.Init.Core.Tests.LaunchProtocol;

public sealed class InitFrameTests
{
    private const string Grant =
        """{"answer":"granted","id":"mcp-1-7","instance":"mcp-1-7-abc","name":"memory","shim":"guard","unwrap":true,""" +
        "\"command\":" + """["npx","-y","a b"],"exec":["--nice","5"],"environment":{"A":"1\n2"},"idle_ms":600000,"starting":true}""";

    [Fact]
    public void A_grant_has_the_form_that_the_contract_shows()
    {
        var grant = new LaunchGrant
        {
            Id = "mcp-1-7",
            Instance = "mcp-1-7-abc",
            Name = "memory",
            Shim = ShimMode.Guard,
            Unwrap = true,
            Command = ["npx", "-y", "a b"],
            Exec = ["--nice", "5"],
            Environment = ImmutableSortedDictionary<string, string>.Empty.Add("A", "1\n2"),
            IdleAfter = TimeSpan.FromMinutes(10),
            IsStarting = true,
        };
        Assert.Equal(Grant + "\n", Written(new InitFrame.Granted(grant)));
    }

    [Fact]
    public void A_grant_is_read_member_by_member()
    {
        var grant = Assert.IsType<InitFrame.Granted>(Read(Grant)).Grant;
        Assert.Equal("mcp-1-7", grant.Id);
        Assert.Equal("mcp-1-7-abc", grant.Instance);
        Assert.Equal("memory", grant.Name);
        Assert.Equal(ShimMode.Guard, grant.Shim);
        Assert.True(grant.Unwrap);
        Assert.Equal(["npx", "-y", "a b"], grant.Command);
        Assert.Equal(["--nice", "5"], grant.Exec);
        Assert.Equal("1\n2", grant.Environment["A"]);
        Assert.Equal(TimeSpan.FromMinutes(10), grant.IdleAfter);
        Assert.True(grant.IsStarting);
    }

    [Fact]
    public void A_grant_of_the_other_kind_is_read_too()
    {
        var grant = Assert.IsType<InitFrame.Granted>(Read(
            """{"answer":"granted","id":"a","instance":"b","name":"c","shim":"exec","unwrap":false,"command":[],"exec":[ ],""" +
            "\"environment\":" + """{},"idle_ms":0,"starting":false}""")).Grant;
        Assert.Equal(ShimMode.Exec, grant.Shim);
        Assert.False(grant.Unwrap);
        Assert.Empty(grant.Command);
        Assert.Empty(grant.Exec);
        Assert.Empty(grant.Environment);
        Assert.Null(grant.IdleAfter);
        Assert.False(grant.IsStarting);
    }

    [Theory]
    [InlineData("\"shim\":\"guard\"", "\"shim\":\"gaurd\"", "the kind of shim is not known")]
    [InlineData("\"id\":\"mcp-1-7\",", "", "id is missing")]
    [InlineData("[\"npx\",\"-y\",\"a b\"]", "\"npx\"", "command")]
    [InlineData("[\"npx\",\"-y\",\"a b\"]", "[\"npx\",7]", "command")]
    [InlineData("[\"npx\",\"-y\",\"a b\"]", "[\"npx\" \"-y\"]", "command")]
    [InlineData("[\"--nice\",\"5\"]", "[\"a\\u0000b\"]", "exec")]
    [InlineData("{\"A\":\"1\\n2\"}", "{\"A=B\":\"1\"}", "environment")]
    [InlineData("{\"A\":\"1\\n2\"}", "{\"\":\"1\"}", "environment")]
    [InlineData("{\"A\":\"1\\n2\"}", "{\"A\":1}", "environment")]
    [InlineData("{\"A\":\"1\\n2\"}", "[]", "environment")]
    [InlineData("600000", "-1", "idle_ms")]
    [InlineData("600000", "922337203685477581", "idle_ms")]
    [InlineData("\"starting\":true", "\"starting\":\"true\"", "starting")]
    [InlineData("\"name\":\"memory\"", "\"name\":\"mem\\nory\"", "name")]
    public void A_grant_that_is_not_as_it_should_be_is_refused_whole(string part, string instead, string reason)
    {
        Assert.Contains(part, Grant, StringComparison.Ordinal);
        var line = Encoding.UTF8.GetBytes(Grant.Replace(part, instead, StringComparison.Ordinal));
        Assert.Null(LaunchFrames.ReadInit(line, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RefusalCode.Limit, "limit")]
    [InlineData(RefusalCode.Unknown, "unknown")]
    [InlineData(RefusalCode.Forbidden, "forbidden")]
    [InlineData(RefusalCode.Invalid, "invalid")]
    [InlineData(RefusalCode.Shortage, "shortage")]
    [InlineData(RefusalCode.Stopping, "stopping")]
    public void A_refusal_is_read_back_with_its_code_and_holders(RefusalCode code, string word)
    {
        var line = Written(new InitFrame.Refused(code, "There is no place.", ["mcp-1-3 (memory, pid 12, 5m)"]));
        const string Rest = """ "reason":"There is no place.","holders":["mcp-1-3 (memory, pid 12, 5m)"]}""";
        Assert.Equal($$"""{"answer":"refused","code":"{{word}}",""" + Rest.TrimStart() + "\n", line);
        var refused = Assert.IsType<InitFrame.Refused>(Read(line));
        Assert.Equal(code, refused.Code);
        Assert.Equal("There is no place.", refused.Reason);
        Assert.Equal(["mcp-1-3 (memory, pid 12, 5m)"], refused.Holders);
    }

    [Fact]
    public void A_thousand_holders_fit_into_a_line()
    {
        var name = new string('ü', 107);
        var line = LaunchFrames.Encode(new InitFrame.Refused(
            RefusalCode.Limit, "There is no place.", [.. Enumerable.Range(0, 1000).Select(i => $"mcp-1-{i} ({name}, pid 12, 5m)")]));
        Assert.InRange(line.Length, 1, LaunchFrames.MostToClient);
        var refused = Assert.IsType<InitFrame.Refused>(LaunchFrames.ReadInit(line, out _));
        Assert.Equal("and 968 more", refused.Holders[^1]);
    }

    public static TheoryData<InitFrame, string> Short => new()
    {
        { new InitFrame.Go(), """{"answer":"go"}""" },
        { new InitFrame.Waiting("It waits."), """{"answer":"waiting","reason":"It waits."}""" },
        { new InitFrame.Ending("It was idle."), """{"answer":"ending","reason":"It was idle."}""" },
        { new InitFrame.Ended("It was idle."), """{"answer":"ended","reason":"It was idle."}""" },
        { new InitFrame.Ended(null), """{"answer":"ended","reason":null}""" },
    };

    [Theory]
    [MemberData(nameof(Short))]
    public void A_short_answer_is_written_and_read_back(InitFrame frame, string line)
    {
        Assert.Equal(line + "\n", Written(frame));
        Assert.Equal(frame, Read(line));
    }

    [Theory]
    [InlineData("""{"answer":"maybe"}""", "the answer is not known")]
    [InlineData("""{"verb":"closed"}""", "answer is missing")]
    [InlineData("""{"answer":"waiting"}""", "reason")]
    [InlineData("""{"answer":"ending","reason":"two\nlines"}""", "reason")]
    [InlineData("""{"answer":"refused","code":"odd","reason":"x","holders":[]}""", "the code is not known")]
    [InlineData("""{"answer":"refused","code":"limit","reason":"x"}""", "holders")]
    [InlineData("""{"answer":"refused","code":"limit","reason":"x","holders":["a\u001b"]}""", "holders")]
    public void An_answer_that_is_not_as_it_should_be_is_refused(string line, string reason)
    {
        Assert.Null(LaunchFrames.ReadInit(Encoding.UTF8.GetBytes(line), out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_grant_over_the_limit_is_refused_by_its_reader()
    {
        var grant = Assert.IsType<InitFrame.Granted>(Read(Grant)).Grant;
        var line = LaunchFrames.Encode(new InitFrame.Granted(grant with { Command = [new string('a', LaunchFrames.MostToClient)] }));
        Assert.True(line.Length > LaunchFrames.MostToClient);
        Assert.Null(LaunchFrames.ReadInit(line, out _));
    }

    private static string Written(InitFrame frame) => Encoding.UTF8.GetString(LaunchFrames.Encode(frame));

    private static InitFrame? Read(string line) => LaunchFrames.ReadInit(Encoding.UTF8.GetBytes(line), out _);
}
