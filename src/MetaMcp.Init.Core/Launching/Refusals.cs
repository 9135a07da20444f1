using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>
/// Tells the log of refused launches, a limited number a minute: a client may ask without end. One refusal a minute for a limit of each
/// server of the file is told in any case, since an alert follows from it, and refusals for other names must not hide it.
/// </summary>
internal sealed class Refusals(Response response, ServiceTable services)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly NoticeRate _rate = new(20, Minute);
    private readonly HashSet<string> _limited = new(StringComparer.Ordinal);
    private Instant _limitedUntil;

    public Instant Due => _rate.Due;

    public void Tell(string server, string? service, int pid, RefusalCode code, string reason)
    {
        TellUntold();
        if (IsFirstForLimit(server, code))
            _rate.Tells(response.Now);
        else if (!_rate.MayTell(response.Now))
            return;
        response.Tell(Notices.LaunchRefused.Of(server, service, pid, RefusalCodes.Word(code), reason));
    }

    /// <summary>Tells the count of a minute that is over.</summary>
    public void TellUntold()
    {
        if (_rate.TakeUntold(response.Now) is > 0 and var untold)
            response.Tell(Notices.LaunchesRefused.Of(untold));
    }

    private bool IsFirstForLimit(string server, RefusalCode code)
    {
        if (code != RefusalCode.Limit || services.Plan.Settings.FindServer(server) is null)
            return false;
        if (response.Now >= _limitedUntil)
        {
            _limited.Clear();
            _limitedUntil = response.Now + Minute;
        }
        return _limited.Add(server);
    }
}
