using System.Collections.Immutable;
using MetaMcp.Init.Accounting;
using MetaMcp.Init.Connecting;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Screens.Top;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Looking;

namespace MetaMcp.Init.Top;

/// <summary>
/// What <c>top</c> shows, over one connection, which is made anew when it was lost. A PID 1 that does not answer must not keep the keys
/// waiting for long.
/// </summary>
internal sealed class TopSource : IDisposable
{
    private const int KeptEvents = 50;

    private const int LogLinesShown = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private ControlClient? _client = ControlClient.Open(out _);
    private long? _lastEvent;

    public ImmutableArray<EventRow> Events { get; private set; } = [];

    public bool MayAct => _client?.MayAct == true;

    /// <summary>Null if there is no answer.</summary>
    /// <param name="sort">Processes are only counted where they are the order.</param>
    public StatusDocument? Look(TopSort sort)
    {
        if (Answer(new ControlRequest(ControlVerb.Status)) is not { } rows || StatusDocument.From(rows) is not { } status)
            return null;
        if (Answer(new ControlRequest(ControlVerb.Events) { Since = _lastEvent }) is { } events)
        {
            _lastEvent = events[^1] is EndRow { Sequence: { } sequence } ? sequence : _lastEvent;
            // Older rows keep the ages that they had when they came, so they age by themselves.
            Events = [.. Events.Concat(events.OfType<EventRow>()).TakeLast(KeptEvents)];
        }
        var parts = UsageParts.Status | (sort == TopSort.Processes ? UsageParts.Processes : default);
        return UsageReader.Read(status, parts, UsageParts.Status | UsageParts.Pressure);
    }

    public string Page(string name, bool isLog, ScreenStyle style)
    {
        if (!isLog)
        {
            var rows = Answer(new ControlRequest(ControlVerb.Status) { Names = [name] }, out var refused);
            return rows is not null && StatusDocument.From(rows) is { } status && _client is { } client
                ? StatusVerb.Draw(client, UsageReader.Read(status, UsageParts.All), name, style) : refused;
        }
        if (!MayAct)
            return "The log needs the rights of mcp-init's user, since lines may have secrets.\n";
        var lines = Answer(new ControlRequest(ControlVerb.Logs) { Names = [name], Lines = LogLinesShown }, out var why);
        return lines is null ? why
            : string.Concat(lines.OfType<LogRow>().Select(row => LogLines.Draw(row, style) + "\n")) is { Length: > 0 } text ? text
            : "mcp-init keeps no line of it.\n";
    }

    public string Act(TopRequest.Act act)
    {
        if (ControlVerbs.Find(act.Verb) is not { } verb)
            return $"bug: no verb {act.Verb}";
        Signal? signal = null;
        if (act.Signal is { } word)
        {
            if (!Signal.TryParse(word, out var known))
                return $"{word} is no signal";
            signal = known;
        }
        var rows = Answer(new ControlRequest(verb) { Names = [act.Name], Signal = signal }, out var refused);
        return rows is null ? refused.TrimEnd('\n') : string.Join(", ", rows.OfType<TargetRow>().Select(row => $"{row.Name} {row.Text}"));
    }

    public void Dispose() => _client?.Dispose();

    private List<StatusRow>? Answer(ControlRequest request) => Answer(request, out _);

    /// <summary>Null and the reason if there is no answer, or it is a refusal.</summary>
    private List<StatusRow>? Answer(ControlRequest request, out string refused)
    {
        refused = "mcp-init does not answer\n";
        if (_client is null or { IsOver: true })
        {
            _client?.Dispose();
            _client = ControlClient.Open(out _);
        }
        if (_client?.Answer(request, Patience) is not { } rows)
            return null;
        if (rows[^1] is not EndRow { Error: not ControlError.None } end)
            return rows;
        refused = $"{end.Text}\n";
        return null;
    }
}
