using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Logging;

namespace MetaMcp.Init.Supervising;

/// <summary>
/// Tells notices that do not come from the supervisor: to the log at once, and to the events too. Those from before the supervisor is
/// composed are its first events.
/// </summary>
internal sealed class Announcer(InitLogger log)
{
    private readonly List<Notice> _early = [];
    private Supervisor? _supervisor;

    public InitLogger Log => log;

    public void Tell(Notice notice)
    {
        log.Tell(notice);
        if (_supervisor is { } supervisor)
            Hear(supervisor, notice);
        else
            _early.Add(notice);
    }

    public void Begin(Supervisor supervisor)
    {
        _supervisor = supervisor;
        foreach (var notice in _early)
            Hear(supervisor, notice);
        _early.Clear();
    }

    private static void Hear(Supervisor supervisor, Notice notice)
    {
        supervisor.Window.Hear(supervisor.Told(notice));
        supervisor.HeardElsewhere(notice);
    }
}
