using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Services;

namespace MetaMcp.Init.Core.Launching;

/// <summary>
/// A name without a table that is nearly the name of a table: the launch has none of the limits that were meant for it, and both the log
/// and the person who has typed the name are told so. Some a minute, since a client may invent names without end.
/// </summary>
internal sealed class MistypedNames(Response response)
{
    private readonly NoticeRate _rate = new(20, TimeSpan.FromMinutes(1));

    /// <summary>The name that was meant, perhaps; null if the name is like that of no table.</summary>
    public string? Near(LaunchRequest request, Settings settings)
    {
        if (request.Name is not { } name || settings.Servers.IsEmpty)
            return null;
        if (!_rate.MayTell(response.Now) || Suggestion.Nearest(name, settings.Servers.Select(s => s.Name)) is not { } near)
            return null;
        response.Tell(Notices.LaunchUnknown.Of(name, near));
        return near;
    }
}
