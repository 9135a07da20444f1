using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Kernel;

namespace MetaMcp.Init.Tests.Loop;

/// <summary>
/// A scripted kernel: it has the events of each wait, and the answers to each effect. When the script is at its end, it sleeps until the
/// deadline; without a deadline it asks for a stop.
/// </summary>
internal sealed class FakeKernel : IKernel
{
    private readonly Dictionary<long, string> _names = [];
    private const int ManyEffects = 1_000;

    /// <summary>The limit for tests with a watched service, which always has a deadline.</summary>
    private const int ManyWaits = 100;

    private readonly Queue<Action<Queue<SystemEvent>>> _waits = new();
    private int _effectsSinceWait;

    public Instant Now { get; set; } = new(1_000_000_000);

    public Instant LookedAt => Now;

    public List<string> Log { get; } = [];

    public List<Instant> Waits { get; } = [];

    /// <summary>Whether the loop performed effects without end and never waited for events, so that the fake ended it.</summary>
    public bool IsStarved { get; private set; }

    public Action<Effect, Queue<SystemEvent>> Answer { get; set; } = Obey;

    public FakeKernel ThenWaitBrings(params SystemEvent[] happened)
    {
        _waits.Enqueue(queue =>
        {
            foreach (var one in happened)
                queue.Enqueue(one);
        });
        return this;
    }

    public FakeKernel ThenWaitDoes(Action action)
    {
        _waits.Enqueue(_ => action());
        return this;
    }

    public void Wait(Instant due, Queue<SystemEvent> happened)
    {
        Waits.Add(due);
        _effectsSinceWait = 0;
        if (_waits.TryDequeue(out var script))
            script(happened);
        else if (due == Instant.Never || Waits.Count > ManyWaits)
            happened.Enqueue(new SystemEvent.SignalArrived(Signal.Term));
        else if (due > Now)
            Now = due;
    }

    public void Perform(Effect effect, Queue<SystemEvent> answers)
    {
        // Every stop begins with this effect, and no test of this class reads the file.
        if (effect is Effect.DropFile)
            return;
        if (effect is not Effect.Sweep)
            Log.Add(effect switch
            {
                Effect.Spawn e => $"spawn {_names[e.RunNumber] = e.Settings.Name}",
                Effect.SignalMain e => $"{e.Signal} {_names[e.RunNumber]}",
                Effect.SignalRun e => $"{e.Signal} group {_names[e.RunNumber]}",
                Effect.SignalTheRest e => $"{e.Signal} the rest",
                _ => effect.ToString(),
            });
        if (++_effectsSinceWait > ManyEffects && !IsStarved)
        {
            IsStarved = true;
            // The second request is an emergency and ends the test.
            answers.Enqueue(new SystemEvent.SignalArrived(Signal.Quit));
            answers.Enqueue(new SystemEvent.SignalArrived(Signal.Quit));
            return;
        }
        Answer(effect, answers);
    }

    /// <summary>Every process starts, and ends when it is told to end.</summary>
    public static void Obey(Effect effect, Queue<SystemEvent> answers)
    {
        switch (effect)
        {
            case Effect.Spawn(var run, _):
                answers.Enqueue(new SystemEvent.Spawned(run, (int)run + 99));
                answers.Enqueue(new SystemEvent.Executed(run));
                break;
            case Effect.SignalMain(_, var pid, var signal) when signal != Signal.Cont:
                answers.Enqueue(new SystemEvent.ChildEnded(pid, ExitStatus.KilledBy(signal), null, OthersLeft: false));
                break;
            case Effect.Sweep:
                answers.Enqueue(new SystemEvent.Swept([], [], [], 0));
                break;
            case Effect.SignalTheRest:
                answers.Enqueue(new SystemEvent.ChildrenCollected(AnyLeft: false));
                break;
        }
    }
}
