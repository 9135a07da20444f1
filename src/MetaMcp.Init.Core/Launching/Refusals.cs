using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>Tells the log of refused launches, a limited number a minute: a client may ask without end.</summary>
internal sealed class Refusals(Response response)
{
    private readonly NoticeRate _rate = new(20, TimeSpan.FromMinutes(1));

    public Instant Due => _rate.Due;

    public void Tell(string server, string? service, int pid, RefusalCode code, string reason)
    {
        TellUntold();
        if (_rate.MayTell(response.Now))
            response.Tell(Notices.LaunchRefused.Of(server, service, pid, RefusalCodes.Word(code), reason));
    }

    /// <summary>Tells the count of a minute that is over.</summary>
    public void TellUntold()
    {
        if (_rate.TakeUntold(response.Now) is > 0 and var untold)
            response.Tell(Notices.LaunchesRefused.Of(untold));
    }
}
