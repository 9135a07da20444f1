using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Core.Metrics;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Serving;

/// <summary>The paths of <c>serve</c> and their answers. None of them changes anything.</summary>
/// <param name="hosts">Who may be asked for.</param>
/// <param name="ask">Asks PID 1, with its counters or without; an answer that is less than a second old may come again.</param>
/// <param name="json">The status as <c>status --json</c> has it.</param>
public sealed class Answers(HostRule hosts, Func<bool, Knowledge> ask, Func<StatusDocument, byte[]> json)
{
    private readonly PageCache pages = new();

    internal const string Index =
        "mcp-init\n\n" +
        "/livez    200 if mcp-init answers\n" +
        "/readyz   200 if all required services are ready and no shutdown has begun; else 503 with the reasons\n" +
        "/metrics  Prometheus text, or OpenMetrics for a client that asks for it\n" +
        "/status   JSON, as mcp-init status --json\n";

    public HttpResponse To(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!hosts.Allows(request.Host))
            return HttpResponse.Text(
                HttpStatus.MisdirectedRequest,
                "this host is not served here; ask for localhost or an address, or add the name to [serve] hosts\n");
        return request.Path switch
        {
            "/" => HttpResponse.Text(HttpStatus.Ok, Index),
            "/livez" => Live(ask(false)),
            "/readyz" => With(withCounts: false, facts => Ready(facts.Status)),
            "/status" => With(
                withCounts: false, facts => pages.Get(
                    facts, "json", () => new HttpResponse(HttpStatus.Ok, "application/json; charset=utf-8", json(facts.Status)))),
            "/metrics" => With(withCounts: true, facts => Metrics(facts, MetricsFormats.For(request.Accept))),
            _ => HttpResponse.Text(HttpStatus.NotFound, "there is no such page; / lists them\n"),
        };
    }

    private HttpResponse With(bool withCounts, Func<MetricsFacts, HttpResponse> answer) => ask(withCounts) switch
    {
        { Facts: { } facts } => answer(facts),
        { Problem: var problem } => HttpResponse.Text(HttpStatus.ServiceUnavailable, $"{problem}\n"),
    };

    /// <summary>PID 1 that is busy lives; a container that is restarted for it would have more to do, not less.</summary>
    private static HttpResponse Live(Knowledge knowledge) => knowledge.HasAnswered
        ? HttpResponse.Text(HttpStatus.Ok, "ok\n") : HttpResponse.Text(HttpStatus.ServiceUnavailable, $"{knowledge.Problem}\n");

    private static HttpResponse Ready(StatusDocument status) => status.System.NotReady.IsEmpty
        ? HttpResponse.Text(HttpStatus.Ok, "ok\n")
        : HttpResponse.Text(HttpStatus.ServiceUnavailable, $"{string.Join('\n', status.System.NotReady)}\n");

    private HttpResponse Metrics(MetricsFacts facts, MetricsFormat format)
    {
        var type = MetricsFormats.ContentType(format);
        return pages.Get(facts, type, () => new HttpResponse(
            HttpStatus.Ok, type, System.Text.Encoding.UTF8.GetBytes(MetricsText.Render(facts, format))));
    }
}
