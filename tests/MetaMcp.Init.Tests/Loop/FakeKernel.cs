using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Kernel;

namespace MetaMcp.Init.Tests.Loop;

/// <summary>
/// A kernel by script: what each wait brings, and what each effect is answered. With nothing left of the script it sleeps until
/// the deadline, and asks for a stop where there is none.
/// </summary>
internal sealed class FakeKernel : IKernel
{
    private readonly Dictionary<long, string> _names = [];
    private const int ManyEffects = 1_000;

    /// <summary>A service that is watched never lets it sleep for good.</summary>
    private const int ManyWaits = 100;

    private readonly Queue<Action<Queue<SystemEvent>>> _waits = new();
    private int _effectsSinceWait;

    public Instant Now { get; set; } = new(1_000_000_000);

    public Instant LookedAt => Now;

    public List<string> Log { get; } = [];

    public List<Instant> Waits { get; } = [];

    /// <summary>The loop went on and on without a look at what happens; the fake ended it.</summary>
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
        // Every stop begins with it, and here nobody ever reads.
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
            // The second one is an emergency, and the end.
            answers.Enqueue(new SystemEvent.SignalArrived(Signal.Quit));
            answers.Enqueue(new SystemEvent.SignalArrived(Signal.Quit));
            return;
        }
        Answer(effect, answers);
    }

    /// <summary>Every process starts, and ends when it is told to.</summary>
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
