using MetaMcp.Init.Core.Http;

namespace MetaMcp.Init.Core.Serving;

/// <summary>
/// Keeps the large pages that were made of one answer of PID 1, which is that of a second (<see cref="AnswerCache"/>): many clients get the
/// same bytes, and a page is made once.
/// </summary>
internal sealed class PageCache
{
    private readonly Dictionary<string, HttpResponse> pages = [];
    private object? source;

    /// <param name="from">The answer; pages of another are forgotten.</param>
    /// <param name="name">Which page; there are few.</param>
    /// <param name="make">Makes it.</param>
    public HttpResponse Get(object from, string name, Func<HttpResponse> make)
    {
        if (!ReferenceEquals(source, from))
            pages.Clear();
        source = from;
        if (!pages.TryGetValue(name, out var page))
            pages[name] = page = make();
        return page;
    }
}
