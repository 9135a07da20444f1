using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Core.Serving;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Core.Verbs;
using MetaMcp.Init.Events;
using MetaMcp.Init.Pages;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Serving;

/// <summary>
/// <c>mcp-init serve</c>: HTTP for operators, probes and Prometheus, in a process of its own that can be killed without harm. It asks
/// PID 1 over the socket that everybody may look through, so that it could not change anything if it wanted to.
/// </summary>
internal static class ServeVerb
{
    private const string Usual = "127.0.0.1:9464";

    public static int Run(VerbArguments given)
    {
        var text = given.Value("--listen") ?? Usual;
        if (ListenAddress.Parse(text, out var error) is not { } address)
            return Refuse($"--listen {text} {error}", ExitCodes.Configuration);
        if (SignalQueue.Open(out var refused) is not { } signals)
            return Refuse($"signalfd: {refused}", ExitCodes.System);
        if (EventPort.Open(out refused) is not { } port)
            return Refuse($"epoll_create1: {refused}", ExitCodes.System);
        if (ListeningDescriptor.Open(address, out var problem) is not { } listener)
            return Refuse(problem, ExitCodes.System);
        var cache = new AnswerCache(InitStatus.Ask, () => MonotonicClock.Now);
        var answers = new Answers(new HostRule([.. given.Values("--host")]), cache.Ask, InitStatus.Json);
        Page.Error($"serving HTTP on {address}");
        return new HttpServer(port, listener, signals, answers.To).Run();
    }

    private static int Refuse(string problem, int code)
    {
        Page.Error($"mcp-init: serve: {problem}");
        return code;
    }
}
