using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Kernel;

namespace MetaMcp.Init.Loop;

/// <summary>
/// The whole life of the init: wait, let the supervisor take the event, perform what it asks, and again. One thread, no tick,
/// no decision of its own. From <see cref="Run"/> on nothing may end the process but the supervisor's word: a bug, or memory that
/// is not to be had, costs the one event or effect it came with, since an init that dies takes everything with it.
/// </summary>
internal sealed class InitLoop(IKernel kernel, Supervisor supervisor, Action<Notice> tell)
{
    private readonly Queue<SystemEvent> _events = new();
    private int? _exitCode;

#pragma warning disable CA1031 // Whatever it is that is caught here, PID 1 goes on.
    public int Run()
    {
        _events.Enqueue(new SystemEvent.Begin());
        while (true)
        {
            while (_events.TryDequeue(out var happened))
                Take(happened);
            if (_exitCode is { } code)
                return code;
            // A look at what happens also where a deadline has passed: it may make the deadline void, and with one deadline
            // after another it would never be heard of.
            Wait();
            if (kernel.Now >= supervisor.Due)
                _events.Enqueue(new SystemEvent.TimePassed());
        }
    }

    private void Wait()
    {
        try
        {
            kernel.Wait(supervisor.Due, _events);
        }
        catch (Exception problem)
        {
            Report(problem);
        }
    }

    private void Take(SystemEvent happened)
    {
        IReadOnlyList<Effect> effects;
        try
        {
            effects = supervisor.Handle(happened, kernel.Now);
        }
        catch (Exception problem)
        {
            Report(problem);
            return;
        }
        foreach (var effect in effects)
        {
            try
            {
                Perform(effect);
            }
            catch (Exception problem)
            {
                Report(problem);
                AnswerFor(effect);
            }
        }
    }

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
    /// A service whose start is never answered would wait for ever. Where the kernel had answered before it threw, the second
    /// answer is one that cannot be, and no more than reported.
    /// </summary>
    private void AnswerFor(Effect effect)
    {
        if (effect is Effect.Spawn(var service, var run, _))
            _events.Enqueue(new SystemEvent.SpawnFailed(service, run, "the start failed within mcp-init", ExitCodes.System, IsShortage: true));
        else if (effect is Effect.SpawnProbe(var probed, var probedRun, _))
            _events.Enqueue(new SystemEvent.ProbeSpawnFailed(probed, probedRun));
        else if (effect is Effect.ReadFile)
            _events.Enqueue(new SystemEvent.ReloadRefused(["reading it failed within mcp-init"]));
        else if (effect is Effect.Sweep)
            _events.Enqueue(new SystemEvent.Swept([], [], [], 0));
        else if (effect is Effect.SpawnStopCommand(var stopped, var stoppedRun, _, _))
            _events.Enqueue(new SystemEvent.StopCommandNotStarted(stopped, stoppedRun));
    }

    private void Report(Exception problem)
    {
        try
        {
            tell(new Notice.Bug(problem.ToString()));
        }
        catch (Exception)
        {
            // There are no words for it; what matters is that we are still here.
        }
    }
#pragma warning restore CA1031
}
