using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Kernel;

namespace MetaMcp.Init.Loop;

/// <summary>
/// The whole life of the init: wait, let the supervisor take the event, perform what it asks, and again. One thread, no tick,
/// no decision of its own. From <see cref="Run"/> on nothing may end the process but the supervisor's word.
/// </summary>
internal sealed class InitLoop(IKernel kernel, Supervisor supervisor, Action<Notice> tell)
{
    private readonly Queue<SystemEvent> _events = new();
    private int? _exitCode;

    public int Run()
    {
        _events.Enqueue(new SystemEvent.Begin());
        while (true)
        {
            while (_events.TryDequeue(out var happened))
                Take(happened);
            if (_exitCode is { } code)
                return code;
            if (kernel.Now >= supervisor.Due)
                _events.Enqueue(new SystemEvent.TimePassed());
            else
                Guard(() => kernel.Wait(supervisor.Due, _events));
        }
    }

    private void Take(SystemEvent happened) => Guard(() =>
    {
        foreach (var effect in supervisor.Handle(happened, kernel.Now))
            Perform(effect);
    });

    private void Perform(Effect effect)
    {
        switch (effect)
        {
            case Effect.Report(var notice):
                tell(notice);
                break;
            case Effect.Exit(var code):
                _exitCode = code;
                break;
            default:
                kernel.Perform(effect, _events);
                break;
        }
    }

    /// <summary>
    /// A bug, or memory that is not to be had, costs the one event it came with: an init that dies takes everything with it.
    /// </summary>
    private void Guard(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // Whatever it was, PID 1 goes on.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            tell(new Notice.Bug(problem.ToString()));
        }
    }
}
