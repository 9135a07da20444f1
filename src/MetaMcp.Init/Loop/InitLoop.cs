using System.Runtime.ExceptionServices;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Kernel;

namespace MetaMcp.Init.Loop;

/// <summary>
/// The whole life of the init: wait for an event, give it to the supervisor, perform the effects that the supervisor asks for, and
/// repeat. One thread, no tick, no decision of its own. After <see cref="Run"/> has begun, only the supervisor's word ends the
/// process: a bug costs the one event or effect that met it, since an init that dies takes every process with it. A lack of memory
/// costs only time: the event is handed over again, first with the reserve, then after a pause; and the next sweep finds what was
/// lost all the same.
/// </summary>
internal sealed class InitLoop(IKernel kernel, Supervisor supervisor, IReadOnlyList<Action<ToldNotice>> listeners)
{
    /// <summary>More events than are ever queued, so that the queue need not grow.</summary>
    private const int Room = 1024;

    /// <summary>An event that never fits into memory delays all other events for at most this times the pause.</summary>
    private const int MostTries = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Queue<SystemEvent> _events = new(Room);
    private readonly MemoryReserve _reserve = new();

    /// <summary>The same each time, so that there is one also where there is no memory.</summary>
    private static readonly LaunchEvent NotPlaced = new LaunchEvent.NotPlaced("mcp-init has no memory for it", IsShortage: true);

    /// <summary>As above.</summary>
    private readonly Notice _memoryShort = Notices.MemoryShort.Of();
    private int _tries;
    private int? _exitCode;

#pragma warning disable CA1031 // PID 1 goes on after every exception.
    public int Run()
    {
        _events.Enqueue(new SystemEvent.Begin());
        while (true)
        {
            while (_events.TryPeek(out var happened) && Take(happened))
                _ = _events.Dequeue();
            if (_exitCode is { } code)
                return code;
            // Waits even if a deadline has passed: an event may make the deadline void, and with one deadline after another the
            // event would never be read.
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
                Tell(Notices.MemoryBack.Of());
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

    /// <summary>False if the event is to be handed over again later.</summary>
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

    /// <summary>Null if there is no memory for the event.</summary>
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
                Tell(notice);
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
    /// An effect that starts a process is not repeated, since it is not known how far it came; the sweep finds out.
    /// </summary>
    private static bool MayBeRepeated(Effect effect) => effect is
        Effect.SignalMain or Effect.SignalRun or Effect.KillHelper or Effect.WatchRun or Effect.WatchMain or Effect.SignalStranger
            or Effect.SignalTheRest or Effect.WatchStalls or Effect.SetPressureWire or Effect.ReadPressure or Effect.Sweep
            or Effect.RefuseLaunch or Effect.EndLaunch or Effect.KillAlertCommand;

    /// <summary>
    /// A service whose start is never answered would wait for ever. If the kernel had answered before it threw, the second answer is
    /// impossible in the service's state, and is only reported.
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
            else if (effect is Effect.GrantLaunch(var granted, _, _))
                _events.Enqueue(new SystemEvent.Launch(granted, NotPlaced));
            else if (effect is Effect.PlaceLaunch(var placed, _, _))
                _events.Enqueue(new SystemEvent.Launch(placed, NotPlaced));
            else if (effect is Effect.ReadFile)
                _events.Enqueue(new SystemEvent.ReloadRefused(["reading it failed within mcp-init"]));
            else if (effect is Effect.Sweep)
                _events.Enqueue(new SystemEvent.Swept([], [], [], 0));
            else if (effect is Effect.SendAlert(var number, _, _))
                _events.Enqueue(new SystemEvent.AlertSent(number, "mcp-init has no memory for it"));
            else if (effect is Effect.SpawnStopCommand(var stopped, _, _))
                _events.Enqueue(new SystemEvent.StopCommandNotStarted(stopped));
        }
        catch (OutOfMemoryException)
        {
            // Every state that waits for an answer has a deadline, or the sweep finds it.
        }
    }

    private bool GiveUpReserve()
    {
        if (!_reserve.GiveUp(kernel.Now))
            return false;
        TryTell(null, _memoryShort);
        return true;
    }

    private void Report(Exception problem)
    {
        if (problem is OutOfMemoryException)
            _ = GiveUpReserve();
        else
            TryTell(problem, null);
    }

    /// <summary>All listeners hear the notice, also where one of them fails.</summary>
    private void Tell(Notice notice)
    {
        var told = supervisor.Told(notice);
        Exception? first = null;
        for (var i = 0; i < listeners.Count; i++)
        {
            try
            {
                listeners[i](told);
            }
            catch (Exception problem)
            {
                first ??= problem;
            }
        }
        if (first is not null)
            ExceptionDispatchInfo.Throw(first);
    }

    private void TryTell(Exception? problem, Notice? notice)
    {
        try
        {
            Tell(notice ?? Notices.Bug.Of(problem!.ToString()));
        }
        catch (Exception)
        {
            // No memory for the message. It is more important that PID 1 goes on.
        }
    }
#pragma warning restore CA1031
}
