using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Control;

namespace MetaMcp.Init.Core.Tests.Control;

/// <summary>Requests of operators, each of which may be written by any process of the container.</summary>
public sealed class ControlFramesTests
{
    public static TheoryData<ControlRequest> Requests =>
    [
        .. Enum.GetValues<ControlVerb>().Where(v => !ControlVerbs.NeedsNames(v)).Select(v => new ControlRequest(v)),
        new ControlRequest(ControlVerb.Status) { Names = ["web", "@scope/server", "memory@12"] },
        new ControlRequest(ControlVerb.Events) { Since = 0, IsFollowing = true },
        new ControlRequest(ControlVerb.Events) { Since = 999_999_999_999_999 },
        new ControlRequest(ControlVerb.Logs) { Names = ["web"], Lines = 0, Since = 7, IsFollowing = true },
        new ControlRequest(ControlVerb.Health) { IsAlive = true },
        new ControlRequest(ControlVerb.Start) { Names = ["ein Name mit \"Zeichen\" \\ und 日本"] },
        new ControlRequest(ControlVerb.Stop) { Names = ["a"] },
        new ControlRequest(ControlVerb.Restart) { Names = ["a", "b"] },
        new ControlRequest(ControlVerb.Signal) { Names = ["a"], Signal = Core.Values.Signal.FromNumber(12) },
        new ControlRequest(ControlVerb.Shutdown) { IsEmergency = true },
    ];

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_is_read_back_as_it_was_written(ControlRequest request)
    {
        var line = ControlFrames.Encode(request);
        Assert.Equal((byte)'\n', line[^1]);
        Assert.DoesNotContain((byte)'\n', line[..^1]);
        var read = ControlFrames.Read(line, out var isRequest, out var problem);
        Assert.Equal((true, ""), (isRequest, problem));
        Assert.NotNull(read);
        Assert.Equal(request.Names, read.Names.AsEnumerable());
        Assert.Equal(request with { Names = [] }, read with { Names = [] });
        Assert.NotNull(ControlFrames.Read(line.AsSpan(0, line.Length - 1), out _, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"verb":"status"} {}""")]
    [InlineData("""{"verb":"status",}""")]
    [InlineData("{}")]
    [InlineData("""{"verb":7}""")]
    [InlineData("""{"verb":["status"]}""")]
    [InlineData("""{"verb":"Status"}""")]
    [InlineData("""{"verb":"launch","name":"memory","program":"npx"}""")]
    [InlineData("""{"verb":"exec"}""")]
    public void A_line_without_a_verb_of_this_set_is_no_request(string line)
    {
        Assert.Null(ControlFrames.Read(Encoding.UTF8.GetBytes(line), out var isRequest, out var problem));
        Assert.False(isRequest);
        Assert.NotEmpty(problem);
    }

    [Theory]
    [InlineData("""{"verb":"start"}""", "names has no name")]
    [InlineData("""{"verb":"stop","names":[]}""", "names has no name")]
    [InlineData("""{"verb":"restart","names":null}""", "names has no name")]
    [InlineData("""{"verb":"signal","names":["a"]}""", "signal is missing")]
    [InlineData("""{"verb":"signal","names":["a"],"signal":"SIGFOO"}""", "signal is not known")]
    [InlineData("""{"verb":"signal","names":["a"],"signal":12}""", "signal is missing, or not")]
    [InlineData("""{"verb":"status","names":"a"}""", "names is missing, or not")]
    [InlineData("""{"verb":"status","names":[1]}""", "names is missing, or not")]
    [InlineData("""{"verb":"status","names":["a",]}""", "names is missing, or not")]
    [InlineData("""{"verb":"status","names":["a\n"]}""", "names is missing, or not")]
    [InlineData("""{"verb":"status","names":["a\u001b[2J"]}""", "names is missing, or not")]
    [InlineData("""{"verb":"status","names":["a\ud800"]}""", "names is missing, or not")]
    [InlineData("""{"verb":"events","since":-1}""", "since is missing, or not")]
    [InlineData("""{"verb":"events","since":"1"}""", "since is missing, or not")]
    [InlineData("""{"verb":"events","since":1.5}""", "since is missing, or not")]
    [InlineData("""{"verb":"events","since":99999999999999999999}""", "since is missing, or not")]
    [InlineData("""{"verb":"events","follow":1}""", "follow is missing, or not")]
    [InlineData("""{"verb":"logs","lines":-1}""", "lines is missing, or not")]
    [InlineData("""{"verb":"logs","lines":2147483648}""", "lines is missing, or not")]
    [InlineData("""{"verb":"health","level":"dead"}""", "level is neither")]
    [InlineData("""{"verb":"shutdown","emergency":"yes"}""", "emergency is missing, or not")]
    public void A_request_that_is_not_as_it_should_be_is_refused_with_the_reason(string line, string reason)
    {
        Assert.Null(ControlFrames.Read(Encoding.UTF8.GetBytes(line), out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_that_are_not_known_do_not_matter()
    {
        var read = ControlFrames.Read("""{"later":{"a":[1,{"verb":"stop"}]},"verb":"ps","x":null}"""u8, out _, out var problem);
        Assert.Equal((ControlVerb.Ps, ""), (Assert.IsType<ControlRequest>(read).Verb, problem));
    }

    [Fact]
    public void As_many_names_as_the_limit_are_taken_and_one_more_is_refused()
    {
        ImmutableArray<string> names = [.. Enumerable.Range(0, ControlFrames.MostNames).Select(i => $"s{i}")];
        Assert.NotNull(ControlFrames.Read(ControlFrames.Encode(new ControlRequest(ControlVerb.Stop) { Names = names }), out _, out _));
        var more = ControlFrames.Encode(new ControlRequest(ControlVerb.Stop) { Names = [.. names, "one more"] });
        Assert.Null(ControlFrames.Read(more, out _, out var problem));
        Assert.Contains("more than 64", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_over_the_limit_is_refused_and_one_at_the_limit_is_not()
    {
        var head = """{"verb":"status","x":" """;
        var most = head + new string('a', ControlFrames.Most - head.Length - 2) + "\"}";
        Assert.NotNull(ControlFrames.Read(Encoding.UTF8.GetBytes(most), out _, out _));
        Assert.Null(ControlFrames.Read(Encoding.UTF8.GetBytes(most + " "), out _, out var problem));
        Assert.Contains("longer than 4096 bytes", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        byte[] line = [.. """{"verb":"status","names":["a"""u8, 0xff, .. "\"]}"u8];
        Assert.Null(ControlFrames.Read(line, out _, out _));
    }

    [Fact]
    public void Nesting_without_end_is_refused_and_ends_nothing()
    {
        var deep = """{"verb":"status","x":""" + new string('[', 4000) + "}";
        Assert.Null(ControlFrames.Read(Encoding.UTF8.GetBytes(deep), out _, out _));
    }

    [Fact]
    public void No_problem_repeats_a_byte_of_the_line()
    {
        foreach (var line in (string[])
        [
            """{"verb":"SECRET"}""", """{"verb":"signal","names":["a"],"signal":"SECRET"}""", """{"verb":"status","names":["SECRET\n"]}""",
            """{"verb":"health","level":"SECRET"}""", """{"verb":"events","since":"SECRET"}""",
        ])
        {
            Assert.Null(ControlFrames.Read(Encoding.UTF8.GetBytes(line), out _, out var problem));
            Assert.DoesNotContain("SECRET", problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(ControlVerb.Status, true, false)]
    [InlineData(ControlVerb.Ps, true, false)]
    [InlineData(ControlVerb.Metrics, true, false)]
    [InlineData(ControlVerb.Events, true, false)]
    [InlineData(ControlVerb.Health, true, false)]
    [InlineData(ControlVerb.Logs, false, false)]
    [InlineData(ControlVerb.Start, false, true)]
    [InlineData(ControlVerb.Stop, false, true)]
    [InlineData(ControlVerb.Restart, false, true)]
    [InlineData(ControlVerb.Signal, false, true)]
    [InlineData(ControlVerb.Reload, false, true)]
    [InlineData(ControlVerb.Shutdown, false, true)]
    public void Each_verb_has_its_rights(ControlVerb verb, bool isForAll, bool acts)
    {
        Assert.Equal((isForAll, acts), (ControlVerbs.IsForAll(verb), ControlVerbs.Acts(verb)));
        Assert.Equal(verb, ControlVerbs.Find(ControlVerbs.Word(verb)));
        Assert.Equal(12, Enum.GetValues<ControlVerb>().Length);
    }
}
