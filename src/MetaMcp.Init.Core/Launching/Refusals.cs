using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>Tells the log of refused launches, a limited number a minute: a client may ask without end.</summary>
internal sealed class Refusals(Response response)
{
    private const int MostAMinute = 20;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private Instant _since = new(0);
    private int _told;
    private int _untold;

    public void Tell(string server, string? service, int pid, string reason)
    {
        if (response.Now - _since >= Window)
        {
            if (_untold > 0)
                response.Tell(Notices.LaunchesRefused.Of(_untold));
            (_since, _told, _untold) = (response.Now, 0, 0);
        }
        if (_told < MostAMinute)
        {
            response.Tell(Notices.LaunchRefused.Of(server, service, pid, reason));
            _told++;
        }
        else
            _untold++;
    }
}
