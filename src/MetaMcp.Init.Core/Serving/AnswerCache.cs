using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Serving;

/// <summary>
/// Keeps the last answer for a second, so that a flood of requests is a question a second to PID 1. What went wrong is kept as well: each
/// question to an init that hangs costs its deadline. An answer with counters serves for one without.
/// </summary>
public sealed class AnswerCache(Func<bool, Knowledge> ask, Func<Instant> now)
{
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);

    private Knowledge? _last;
    private bool _hasCounts;
    private Instant _at;

    public Knowledge Ask(bool withCounts)
    {
        if (_last is { } kept && now() - _at < Kept && (_hasCounts || !withCounts || kept.Facts is null))
            return kept;
        var answer = ask(withCounts);
        // The age counts from the end of the question: a slow init is not asked without a pause.
        (_last, _hasCounts, _at) = (answer, withCounts, now());
        return answer;
    }
}
