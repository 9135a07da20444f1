using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Kernel;

namespace MetaMcp.Init.Loop;

/// <summary>
/// The whole life of the init: wait, let the supervisor take the event, perform what it asks, and again. One thread, no tick,
/// no decision of its own. From <see cref="Run"/> on nothing may end the process but the supervisor's word: a bug costs the one event
/// or effect it came with, since an init that dies takes everything with it. Memory that is not to be had costs nothing but time: the
/// event is handed over again, with the reserve at first, then a while later; and what was lost all the same is found by comparing.
/// </summary>
internal sealed class InitLoop(IKernel kernel, Supervisor supervisor, Action<Notice> tell)
{
    /// <summary>More events than are ever on their way, so that the queue need not grow.</summary>
    private const int Room = 1024;

    /// <summary>An event that fits into no memory must not keep all others from being heard for longer than this times the pause.</summary>
    private const int MostTries = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Queue<SystemEvent> _events = new(Room);
    private readonly MemoryReserve _reserve = new();
    private int _tries;
    private int? _exitCode;

#pragma warning disable CA1031 // Whatever it is that is caught here, PID 1 goes on.
    public int Run()
    {
        _events.Enqueue(new SystemEvent.Begin());
        while (true)
        {
            while (_events.TryPeek(out var happened) && Take(happened))
                _ = _events.Dequeue();
            if (_exitCode is { } code)
                return code;
            // A look at what happens also where a deadline has passed: it may make the deadline void, and with one deadline
            // after another it would never be heard of.
            Wait();
            if (_tries == 0 && kernel.LookedAt >= supervisor.Due)
                Remember(SystemEvent.TimePassed.Instance);
        }
    }

    private void Wait()
    {
        try
        {
            kernel.Wait(_tries == 0 ? supervisor.Due : kernel.Now + Pause, _events);
            if (_reserve.TakeBack(kernel.Now))
                tell(new Notice.MemoryBack());
        }
        catch (Exception problem)
        {
            Report(problem);
        }
    }

    private void Remember(SystemEvent happened)
    {
        try
        {
            _events.Enqueue(happened);
        }
        catch (OutOfMemoryException)
        {
            supervisor.Disturb(kernel.Now);
        }
    }

    /// <summary>False where it is to be handed over again later.</summary>
    private bool Take(SystemEvent happened)
    {
        if (Handle(happened) is not { } effects)
        {
            if (++_tries < MostTries)
                return false;
            supervisor.Disturb(kernel.Now);
            effects = [];
        }
        _tries = 0;
        // No enumerator: it would be allocated.
        for (var i = 0; i < effects.Count; i++)
            Perform(effects[i]);
        return true;
    }

    /// <summary>Null where there is no memory for it.</summary>
    private IReadOnlyList<Effect>? Handle(SystemEvent happened)
    {
        while (true)
        {
            try
            {
                return supervisor.Handle(happened, kernel.Now);
            }
            catch (OutOfMemoryException)
            {
                if (!GiveUpReserve())
                    return null;
            }
            catch (Exception problem)
            {
                Report(problem);
                return [];
            }
        }
    }

    private void Perform(Effect effect)
    {
        while (true)
        {
            try
            {
                Do(effect);
                return;
            }
            catch (Exception problem)
            {
                var isShort = problem is OutOfMemoryException;
                if (!isShort)
                    Report(problem);
                if (isShort && GiveUpReserve() && MayBeRepeated(effect))
                    continue;
                if (effect is not Effect.Report)
                    supervisor.Disturb(kernel.Now);
                AnswerFor(effect, isShort);
                return;
            }
        }
    }

    private void Do(Effect effect)
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

    /// <summary>Of what starts a process nobody knows here how far it came; the comparison finds out.</summary>
    private static bool MayBeRepeated(Effect effect) => effect is
        Effect.SignalMain or Effect.SignalRun or Effect.KillHelper or Effect.WatchRun or Effect.SignalStranger
            or Effect.SignalTheRest or Effect.Sweep;

    /// <summary>
    /// A service whose start is never answered would wait for ever. Where the kernel had answered before it threw, the second
    /// answer is one that cannot be, and no more than reported.
    /// </summary>
    private void AnswerFor(Effect effect, bool isShort)
    {
        try
        {
            if (effect is Effect.Spawn(var run, _))
                _events.Enqueue(
                    new SystemEvent.SpawnFailed(
                    run, isShort
                    ? "mcp-init has no memory for it" : "the start failed within mcp-init", ExitCodes.System, IsShortage: true));
            else if (effect is Effect.SpawnProbe(var probed, _))
                _events.Enqueue(new SystemEvent.ProbeSpawnFailed(probed));
            else if (effect is Effect.ReadFile)
                _events.Enqueue(new SystemEvent.ReloadRefused(["reading it failed within mcp-init"]));
            else if (effect is Effect.Sweep)
                _events.Enqueue(new SystemEvent.Swept([], [], [], 0));
            else if (effect is Effect.SpawnStopCommand(var stopped, _, _))
                _events.Enqueue(new SystemEvent.StopCommandNotStarted(stopped));
        }
        catch (OutOfMemoryException)
        {
            // Whoever waits for an answer has a deadline, or is found by the comparison.
        }
    }

    private bool GiveUpReserve()
    {
        if (!_reserve.GiveUp(kernel.Now))
            return false;
        TryTell(null, Notice.MemoryShort.Instance);
        return true;
    }

    private void Report(Exception problem)
    {
        if (problem is OutOfMemoryException)
            _ = GiveUpReserve();
        else
            TryTell(problem, null);
    }

    private void TryTell(Exception? problem, Notice? notice)
    {
        try
        {
            tell(notice ?? new Notice.Bug(problem!.ToString()));
        }
        catch (Exception)
        {
            // There are no words for it; what matters is that we are still here.
        }
    }
#pragma warning restore CA1031
}
