using System.Text;
using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Core.Serving;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Metrics;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Serving;

public sealed class AnswersTests
{
    private static readonly string[] Pages = ["/livez", "/readyz", "/metrics", "/status"];

    private static HttpResponse Ask(string path, Knowledge knowledge, string? accept = null, string? host = "localhost:9464") =>
        new Answers(new HostRule([]), _ => knowledge, status => Encoding.UTF8.GetBytes(status.System.Version))
            .To(new HttpRequest(path, false) { Host = host, Accept = accept });

    private static string Body(HttpResponse response) => Encoding.UTF8.GetString(response.Body);

    [Fact]
    public void Each_page_that_the_index_lists_is_there_and_no_other()
    {
        Assert.All(Pages, path =>
        {
            Assert.Contains($"\n{path} ", Body(Ask("/", Knowledge.Of(Facts.All))), StringComparison.Ordinal);
            Assert.NotEqual(HttpStatus.NotFound, Ask(path, Knowledge.Of(Facts.All)).Status);
        });
        foreach (var path in new[] { "", "/metrics/", "//metrics", "/../metrics", "/METRICS", "/%6detrics", "/favicon.ico", "/livez/x" })
            Assert.Equal(HttpStatus.NotFound, Ask(path, Knowledge.Of(Facts.All)).Status);
    }

    [Fact]
    public void Without_an_answer_of_PID_1_every_page_is_unavailable_and_says_why() => Assert.All(Pages, path =>
    {
        var response = Ask(path, Knowledge.None("mcp-init does not answer"));
        Assert.Equal((HttpStatus.ServiceUnavailable, "mcp-init does not answer\n"), (response.Status, Body(response)));
    });

    [Fact]
    public void A_name_of_somebody_else_gets_nothing_whatever_the_page() => Assert.All(
        (string[])[.. Pages, "/", "/x"],
        path =>
        {
            Assert.Equal(HttpStatus.MisdirectedRequest, Ask(path, Knowledge.Of(Facts.All), host: "evil.example").Status);
            Assert.DoesNotContain("backend", Body(Ask(path, Knowledge.Of(Facts.All), host: "evil.example")), StringComparison.Ordinal);
        });

    [Fact]
    public void Metrics_come_in_the_format_that_is_asked_for()
    {
        Assert.StartsWith("text/plain; version=0.0.4", Ask("/metrics", Knowledge.Of(Facts.All)).ContentType);
        var open = Ask("/metrics", Knowledge.Of(Facts.All), "application/openmetrics-text");
        Assert.StartsWith("application/openmetrics-text; version=1.0.0", open.ContentType);
        Assert.EndsWith("# EOF\n", Body(open));
    }

    [Fact]
    public void It_is_ready_where_PID_1_says_so_and_has_the_reason_otherwise()
    {
        var ready = Ask("/readyz", Knowledge.Of(Facts.Of(StatusDocument.From([Facts.System])!)));
        Assert.Equal((HttpStatus.Ok, "ok\n"), (ready.Status, Body(ready)));
        var system = Facts.System with { NotReady = ["a is starting", "b is open (exit code 1, after a, c)"] };
        var not = Ask("/readyz", Knowledge.Of(Facts.Of(StatusDocument.From([system])!)));
        Assert.Equal((HttpStatus.ServiceUnavailable, "a is starting\nb is open (exit code 1, after a, c)\n"), (not.Status, Body(not)));
    }

    [Fact]
    public void An_answer_without_its_end_or_with_a_refusal_is_none()
    {
        Assert.NotNull(Knowledge.Of([Facts.System, new EndRow()]).Facts);
        Assert.Null(Knowledge.Of([Facts.System]).Facts);
        Assert.Null(Knowledge.Of([new EndRow()]).Facts);
        Assert.Equal("too many clients", Knowledge.Of([Facts.System, new EndRow(ControlError.Busy, "too many clients")]).Problem);
    }

    [Fact]
    public void An_init_that_says_that_it_is_busy_is_alive_and_not_ready()
    {
        var busy = Knowledge.Of([new EndRow(ControlError.Busy, "too many clients")]);
        Assert.Equal((HttpStatus.Ok, "ok\n"), (Ask("/livez", busy).Status, Body(Ask("/livez", busy))));
        Assert.All(["/readyz", "/metrics", "/status"], path => Assert.Equal(
            (HttpStatus.ServiceUnavailable, "too many clients\n"), (Ask(path, busy).Status, Body(Ask(path, busy)))));
        Assert.Equal(HttpStatus.ServiceUnavailable, Ask("/livez", Knowledge.Of([Facts.System])).Status);
    }

    [Theory]
    [InlineData("/metrics", null)]
    [InlineData("/metrics", "application/openmetrics-text")]
    [InlineData("/status", null)]
    public void Requests_of_one_second_share_the_bytes_of_their_page(string path, string? accept)
    {
        var now = new Instant(0);
        var cache = new AnswerCache(_ => Knowledge.Of(Facts.All), () => now);
        var answers = new Answers(new HostRule([]), cache.Ask, status => Encoding.UTF8.GetBytes(status.System.Version));
        var request = new HttpRequest(path, false) { Accept = accept };
        var first = answers.To(request).Body;
        _ = answers.To(new HttpRequest("/metrics", false) { Accept = "text/plain" });
        Assert.Same(answers.To(request).Body, answers.To(request).Body);
        now += AnswerCache.Kept;
        Assert.NotSame(first, answers.To(request).Body);
    }

    [Fact]
    public void A_flood_of_requests_is_a_question_a_second()
    {
        var (now, asked) = (new Instant(0), new List<bool>());
        var cache = new AnswerCache(
            counts =>
            {
                asked.Add(counts);
                return Knowledge.Of(Facts.All);
            },
            () => now);
        for (var request = 0; request < 100; request++)
            _ = cache.Ask(withCounts: false);
        Assert.Equal([false], asked);
        // Counters are not in that answer; the one with them serves for both.
        _ = cache.Ask(withCounts: true);
        _ = cache.Ask(withCounts: false);
        Assert.Equal([false, true], asked);
        now += AnswerCache.Kept;
        _ = cache.Ask(withCounts: false);
        Assert.Equal([false, true, false], asked);
    }

    [Fact]
    public void An_init_that_hangs_is_asked_once_a_second_and_not_for_each_kind()
    {
        var asked = 0;
        var cache = new AnswerCache(
            _ =>
            {
                asked++;
                return Knowledge.None("no answer");
            },
            () => new Instant(5));
        Assert.Equal("no answer", cache.Ask(withCounts: false).Problem);
        Assert.Equal("no answer", cache.Ask(withCounts: true).Problem);
        Assert.Equal(1, asked);
    }
}
