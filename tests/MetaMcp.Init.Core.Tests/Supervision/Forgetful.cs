using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>
/// A kernel that answers truthfully and in order, and a loop that handles events as the real one does, while memory runs out at random:
/// in the middle of an event, which is then handled again; for so long that the event is lost; or while an effect is performed, which is
/// then not done. Processes end at random as well.
/// </summary>
internal sealed class Forgetful
{
    private const int MostAllocations = 40;

    private readonly RunOwners _owners = new();
    private readonly Random _random;
    private readonly Supervisor _supervisor;
    private readonly Queue<SystemEvent> _events = new();
    private readonly Dictionary<int, Process> _processes = [];
    private readonly Dictionary<long, Rest> _rests = [];
    private readonly Dictionary<int, (long Run, int Pid, ExitStatus Status)> _last = [];
    private int _untilEnd = -1;
    private int _nextPid = 100;

    public Forgetful(Plan plan, int seed)
    {
        _random = new Random(seed);
        _supervisor = new Supervisor(plan, (ulong)seed, Now) { Allocates = Allocate };
        Plan = plan;
    }

    public Plan Plan { get; }

    public Instant Now { get; private set; } = new(1_000_000_000_000);

    /// <summary>The number of events and effects, of a hundred, for which memory runs out.</summary>
    public int Shortage { get; set; }

    public int? ExitCode { get; private set; }

    public List<Notice> Told { get; } = [];

    public List<string> Trace { get; } = [];

    public Phase Phase => _supervisor.Phase;

    public Supervisor Supervisor => _supervisor;

    public IEnumerable<(int Service, long Run)> Running =>
        _processes.Values.Where(p => p.Kind == EntryKind.Run).Select(p => (p.Service, p.Run));

    public int Left => _processes.Count + _rests.Count;

    public void Post(SystemEvent happened)
    {
        _events.Enqueue(happened);
        Drain();
    }

    /// <summary>Lets a process end, or time pass.</summary>
    public void Act()
    {
        if (_random.Next(3) == 0 && _processes.Count > 0)
            End(_processes.Values.ElementAt(_random.Next(_processes.Count)), ExitStatus.Exited(_random.Next(2)));
        else if (_random.Next(4) == 0 && _rests.Values.FirstOrDefault(r => r.IsWatched) is { } rest)
            Empty(rest);
        else
            Pass(TimeSpan.FromMilliseconds(_random.Next(3000)));
        Drain();
    }

    public void Pass(TimeSpan time)
    {
        var until = Now + time;
        for (var turn = 0; ExitCode is null && _supervisor.Due <= until; turn++)
        {
            Assert.True(turn < 20_000, "woken again and again");
            if (_supervisor.Due > Now)
                Now = _supervisor.Due;
            Post(SystemEvent.TimePassed.Instance);
        }
        Now = Instant.Later(Now, until);
    }

    private void Drain()
    {
        while (ExitCode is null && _events.TryDequeue(out var happened))
        {
            Trace.Add($"{Now.Nanoseconds / 1_000_000} {happened}");
            if (Handle(happened) is { } effects)
                foreach (var effect in effects.ToArray())
                {
                    _owners.Learn(effect, _supervisor.Plan);
                    Perform(effect);
                }
        }
    }

    /// <summary>Tries as the loop does: again at once, again a while later, and then never.</summary>
    private IReadOnlyList<Effect>? Handle(SystemEvent happened)
    {
        // A signal, and the first event, are handed over until they are handled.
        var tries = happened is SystemEvent.SignalArrived or SystemEvent.Begin ? 100 : 1 + _random.Next(3);
        for (var attempt = 0; attempt < tries; attempt++)
        {
            _untilEnd = _random.Next(100) < Shortage ? _random.Next(MostAllocations) : -1;
            try
            {
                return _supervisor.Handle(happened, Now);
            }
            catch (OutOfMemoryException)
            {
                Trace.Add("    out of memory");
            }
            finally
            {
                _untilEnd = -1;
            }
        }
        Trace.Add("    lost");
        _supervisor.Disturb(Now);
        return null;
    }

    private void Allocate()
    {
        if (_untilEnd >= 0 && _untilEnd-- == 0)
            throw MemoryEnds.Here;
    }

    private void Perform(Effect effect)
    {
        Trace.Add($"    {effect}");
        // The exit and a sweep need no memory, and of a notice only the words are lost.
        if (effect is not (Effect.Exit or Effect.Report or Effect.Sweep) && _random.Next(200) < Shortage)
        {
            Trace.Add("    not done");
            _supervisor.Disturb(Now);
            if (effect is Effect.Spawn lost && _random.Next(2) == 0)
                _events.Enqueue(
                    new SystemEvent.SpawnFailed(lost.RunNumber, "mcp-init has no memory for it", 111, IsShortage: true));
            return;
        }
        Do(effect);
    }

    private void Do(Effect effect)
    {
        switch (effect)
        {
            case Effect.Spawn(var run, var settings) when Owner(run) is var service:
                Assert.DoesNotContain(_processes.Values, p => p.Kind == EntryKind.Run && p.Run == run);
                var main = Create(EntryKind.Run, service, run);
                _events.Enqueue(new SystemEvent.Spawned(run, main.Pid));
                _events.Enqueue(new SystemEvent.Executed(run));
                if (settings.IsForking)
                    End(main, ExitStatus.Exited(0), isInBackground: true);
                break;
            case Effect.FindMain(var run, { PidFile: not null }) when Owner(run) is var service:
                _events.Enqueue(new SystemEvent.ProbeSpawned(run, Create(EntryKind.Probe, service, run).Pid));
                End(_processes[_nextPid - 1], ExitStatus.Exited(0), words: "7");
                break;
            case Effect.FindMain(var run, _) when Owner(run) is var service:
                TakeMain(service, run);
                break;
            case Effect.TakeMain(var run, _) when Owner(run) is var service:
                TakeMain(service, run);
                break;
            case Effect.SpawnProbe(var run, _) when Owner(run) is var service:
                _events.Enqueue(new SystemEvent.ProbeSpawned(run, Create(EntryKind.Probe, service, run).Pid));
                End(_processes[_nextPid - 1], ExitStatus.Exited(0));
                break;
            case Effect.SpawnStopCommand(var run, _, _) when Owner(run) is var service:
                _events.Enqueue(new SystemEvent.StopCommandSpawned(run, Create(EntryKind.StopCommand, service, run).Pid));
                End(_processes[_nextPid - 1], ExitStatus.Exited(0));
                break;
            case Effect.SignalMain(var run, var pid, var signal):
                if (_processes.TryGetValue(pid, out var asked) && asked.Run == run && signal != Signal.Cont)
                    End(asked, ExitStatus.KilledBy(signal));
                break;
            case Effect.SignalRun(var run, _, var signal):
                if (signal == Signal.Cont)
                    break;
                if (_processes.Values.FirstOrDefault(p => p.Kind == EntryKind.Run && p.Run == run) is { } killed)
                    End(killed, ExitStatus.KilledBy(signal), leaves: false);
                if (_rests.TryGetValue(run, out var rest))
                    Empty(rest);
                break;
            case Effect.KillHelper(var run, var pid):
                if (_processes.TryGetValue(pid, out var helper) && helper.Run == run)
                    End(helper, ExitStatus.KilledBy(Signal.Kill));
                break;
            case Effect.WatchRun(var run, _):
                Watch(run);
                break;
            case Effect.Sweep sweep:
                Sweep(sweep);
                break;
            case Effect.SignalTheRest(var signal):
                foreach (var left in _processes.Values.ToArray())
                    End(left, ExitStatus.KilledBy(signal), leaves: false);
                foreach (var left in _rests.Values.ToArray())
                    Empty(left);
                _events.Enqueue(new SystemEvent.ChildrenCollected(AnyLeft: Left > 0));
                break;
            case Effect.Report(var notice):
                Told.Add(notice);
                break;
            case Effect.Exit(var code):
                ExitCode = code;
                break;
        }
    }

    private int Owner(long run) => _owners.Of(run);

    private Process Create(EntryKind kind, int service, long run)
    {
        var process = new Process(_nextPid++, kind, service, run);
        _processes.Add(process.Pid, process);
        return process;
    }

    private void TakeMain(int service, long run)
    {
        if (_rests.Remove(run))
            _events.Enqueue(new SystemEvent.MainChanged(run, Create(EntryKind.Run, service, run).Pid));
        else
            _events.Enqueue(new SystemEvent.MainRefused(run, "nothing of it is left"));
    }

    private void End(Process process, ExitStatus status, bool leaves = true, bool isInBackground = false, string? words = null)
    {
        _ = _processes.Remove(process.Pid);
        var hasRest = leaves && process.Kind == EntryKind.Run && (isInBackground || process.Run % 3 == 0);
        if (hasRest)
            _rests[process.Run] = new Rest(process.Service, process.Run);
        if (process.Kind == EntryKind.Run)
            _last[process.Service] = (process.Run, process.Pid, status);
        _events.Enqueue(new SystemEvent.ChildEnded(process.Pid, status, words, hasRest));
        _events.Enqueue(new SystemEvent.ChildrenCollected(AnyLeft: Left > 0));
    }

    private void Watch(long run)
    {
        if (_rests.TryGetValue(run, out var rest))
            rest.IsWatched = true;
    }

    private void Empty(Rest rest)
    {
        _ = _rests.Remove(rest.Run);
        if (rest.IsWatched)
            _events.Enqueue(new SystemEvent.RunEmpty(rest.Run));
        _events.Enqueue(new SystemEvent.ChildrenCollected(AnyLeft: Left > 0));
    }

    /// <summary>Compares as the kernel's side does.</summary>
    private void Sweep(Effect.Sweep sweep)
    {
        var facts = new List<RunFacts>();
        foreach (var believed in sweep.Runs)
        {
            var main = _processes.Values.FirstOrDefault(p => p.Kind == EntryKind.Run && p.Run == believed.RunNumber);
            var isThere = main is not null || _rests.ContainsKey(believed.RunNumber);
            var (pid, status) = main is not null ? (main.Pid, (ExitStatus?)null)
                : _last.Values.FirstOrDefault(l => l.Run == believed.RunNumber) is { Run: > 0 } last ? (last.Pid, last.Status) : (0, null);
            if (main is not null && (believed.Stage is RunStage.Executed or RunStage.Collected) && believed.Main != main.Pid)
            {
                _events.Enqueue(new SystemEvent.MainChanged(main.Run, main.Pid));
                continue;
            }
            if (believed.Stage == RunStage.Collected)
                Watch(believed.RunNumber);
            if (believed.Stage switch
            {
                RunStage.Collected => !isThere,
                RunStage.Executed => main is null,
                _ => true,
            })
                facts.Add(new RunFacts(believed, isThere, pid, IsExecuted: true, HasMain: main is not null) { Status = status });
        }
        if (sweep.IsWhole)
        {
            var known = sweep.Runs.Select(r => r.RunNumber).ToHashSet();
            foreach (var unknown in _processes.Values.Where(p => p.Kind == EntryKind.Run && !known.Contains(p.Run)).ToArray())
                End(unknown, ExitStatus.KilledBy(Signal.Kill), leaves: false);
            foreach (var unknown in _rests.Values.Where(r => !known.Contains(r.Run)).ToArray())
                Empty(unknown);
        }
        var lost = sweep.Helpers.Where(h => !_processes.TryGetValue(h.Pid, out var p) || p.Run != h.RunNumber).Select(h => h.Sequence);
        _events.Enqueue(new SystemEvent.Swept([], [], [], 0) { Facts = facts, LostHelpers = [.. lost] });
    }

    private sealed record Process(int Pid, EntryKind Kind, int Service, long Run);

    private sealed class Rest(int service, long run)
    {
        public int Service { get; } = service;
        public long Run { get; } = run;
        public bool IsWatched { get; set; }
    }
}
