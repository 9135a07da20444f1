using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Output;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>
/// The seam on Linux: one epoll instance over the signal queue, our own outputs and the descriptors of every run. A pid is
/// signalled only while it is known and not collected, and only this thread collects, so that it cannot be somebody else's.
/// </summary>
internal sealed class LinuxKernel : IKernel
{
    private readonly EventPort _port;
    private readonly SignalQueue _signals;
    private readonly StandardOutputs _outputs;
    private readonly ServiceStarter _starter;
    private readonly RunTable _runs;
    private readonly MemoryWatch _memory;
    private readonly CloseLook _closeLook;
    private readonly StrangerSearch _strangers;
    private readonly FileReload _file;

    /// <summary>Children that are of no run, until they are collected: probes, stop commands, and who looks closely.</summary>
    private readonly HashSet<int> _helpers = [];
    private readonly Dictionary<int, Action> _watched = [];
    private readonly HashSet<ServiceStream> _open = [];
    private readonly HashSet<ServiceStream> _reporting = [];
    private readonly HashSet<OutputSink> _full = [];
    private readonly Action<Ready> _onReady;
    private readonly Queue<(Reaped Reaped, ServiceRun? Run)> _reaped = new();
    private Queue<SystemEvent> _happened = new();
    private bool _childEnded;
    private Signal? _endingTheRest;

    public LinuxKernel(
        EventPort port, SignalQueue signals, StandardOutputs outputs, ServiceStarter starter, Census census, Func<RunTable, StrangerSearch> strangers, FileReload file)
    {
        _port = port;
        _signals = signals;
        _outputs = outputs;
        _starter = starter;
        _onReady = OnReady;
        _runs = new RunTable(Unwatch, census, _helpers);
        _strangers = strangers(_runs);
        _file = file;
        _closeLook = new CloseLook(starter.StartMeasuring, _helpers, (pipe, read) => Watch(pipe, read), Unwatch, usages => _happened.Enqueue(new SystemEvent.Sampled(usages, Closely: true)));
        _memory = new MemoryWatch(Watch, Unwatch, ReportMemory);
        _watched[signals.Descriptor] = TakeSignals;
        _ = port.Add(signals.Descriptor, EPOLLIN);
    }

    public Instant Now => MonotonicClock.Now;

    public void Wait(Instant due, Queue<SystemEvent> happened)
    {
        _happened = happened;
        Follow(_outputs.Output);
        if (!_outputs.AreOne)
            Follow(_outputs.Error);
        foreach (var stream in _reporting)
            due = Instant.Earlier(due, stream.Due ?? Instant.Never);
        due = Instant.Earlier(Instant.Earlier(due, _memory.Due), _closeLook.Due);
        if (_runs.IsKilling)
            due = Instant.Earlier(due, Now + RunTable.KillPause);
        _port.Wait(_childEnded ? Now : due, _onReady);
        _runs.Expire();
        _runs.KillOn();
        _memory.Resume(Now);
        if (_childEnded)
            Collect();
        _closeLook.Expire(Now);
        Report();
    }

    public void Perform(Effect effect, Queue<SystemEvent> answers)
    {
        _happened = answers;
        switch (effect)
        {
            case Effect.Spawn(var service, var number, var settings):
                Start(service, number, settings);
                break;
            case Effect.SpawnProbe(var service, var number, var settings):
                StartProbe(service, number, settings);
                break;
            case Effect.SpawnStopCommand(var service, var number, var main, var settings):
                StartStopCommand(service, number, main, settings);
                break;
            case Effect.SignalMain(_, var pid, var signal) when _runs.IsMain(pid):
                _ = kill(pid, signal.Number);
                break;
            case Effect.SignalRun(_, var number, _, var signal) when _runs.Find(number) is { } run:
                // Each is looked for anew; what is to take the signal before may take this one.
                if (signal != Signal.Cont)
                    _runs.Expire();
                _runs.Signal(run, signal);
                _runs.TakeEmpty(answers);
                break;
            case Effect.KillHelper(_, var pid) when _helpers.Contains(pid):
                _ = kill(-pid, Signal.Kill.Number);
                break;
            case Effect.WatchRun(_, var number, _) when _runs.Find(number) is { } run:
                WatchRest(run);
                break;
            case Effect.Sample(var numbers, Closely: false):
                answers.Enqueue(new SystemEvent.Sampled(RunMeasure.Roughly(_runs, numbers), Closely: false));
                break;
            case Effect.Sample(var numbers, Closely: true):
                var (estimates, members) = RunMeasure.Closely(_runs, numbers);
                _closeLook.Start(estimates, members);
                break;
            case Effect.ReadFile:
                answers.Enqueue(_file.Read());
                break;
            case Effect.Apply(var before, var after):
                _file.Apply(before, after);
                break;
            case Effect.Sweep(var pids, var known, var strangers):
                Sweep(pids, known, strangers);
                break;
            case Effect.SignalStranger(var stranger, var signal) when ProcessTable.TryRead(stranger.Pid, out var seen) && seen.StartTime == stranger.StartTime:
                _ = PinnedSignal.Send(seen, signal);
                break;
            case Effect.SignalTheRest(var signal):
                _endingTheRest = signal;
                Descendants.End(signal);
                Collect();
                break;
        }
    }

    private void OnReady(Ready ready)
    {
        if (_watched.TryGetValue(ready.Descriptor, out var handler))
            handler();
    }

    private void TakeSignals()
    {
        for (var taken = 0; taken < SignalQueue.MaxPerTurn && _signals.TryTake() is { } signal; taken++)
        {
            if (signal == Signal.Chld)
                _childEnded = true;
            else
                _happened.Enqueue(new SystemEvent.SignalArrived(signal));
        }
    }

    private void Start(int service, long number, ServiceSettings settings)
    {
        if (_starter.Start(service, number, settings, out var problem) is not { } run)
        {
            _happened.Enqueue(new SystemEvent.SpawnFailed(service, number, problem.Reason, problem.ExitCode));
            return;
        }
        _runs.Add(run);
        _happened.Enqueue(new SystemEvent.Spawned(service, number, run.Pid));
        if (run.ExecPipe < 0)
            _happened.Enqueue(new SystemEvent.Executed(service, number));
        else
            Watch(run.ExecPipe, () => ReadExecPipe(run));
        if (run.NotifyPipe >= 0)
            Watch(run.NotifyPipe, () => ReadNotifyPipe(run));
        if (run.NotifySocket is { } socket)
            Watch(socket.Descriptor, () => ReadNotifySocket(run, socket));
        Watch(run.Output);
        Watch(run.Error);
        _memory.Start(run);
    }

    /// <summary>Waits for the end of what a main process left behind.</summary>
    private void WatchRest(ServiceRun run)
    {
        _runs.Watch(run);
        if (run.Cgroup is { } cgroup && cgroup.WatchPopulated() is >= 0 and var events)
            Watch(events, CheckRest, EPOLLPRI);
        // It may have been empty by then.
        CheckRest();
    }

    private void CheckRest() => _ = _runs.TakeEmpty(_happened);

    /// <summary>What was entered and is not there, and what is there and belongs to nobody.</summary>
    private void Sweep(IReadOnlyList<int> pids, IReadOnlyList<Stranger> known, bool strangers)
    {
        _runs.Expire();
        var gone = new List<int>();
        foreach (var pid in pids)
        {
            // It may have been collected a moment ago, and its end be on its way to who asks.
            if (!_runs.IsKnown(pid) || Reaper.IsChild(pid))
                continue;
            // Somebody else took its exit status. That must not be, and if it is, nobody must wait for it.
            gone.Add(pid);
            Ended(new Reaped(pid, ExitStatus.Exited(ExitCodes.System)), _runs.TakeMain(pid));
        }
        var emptied = _runs.TakeEmpty(_happened);
        var vanished = new List<Stranger>();
        foreach (var stranger in known)
            if (StrangerSearch.HasEnded(stranger))
                vanished.Add(stranger);
        _happened.Enqueue(new SystemEvent.Swept(gone, strangers ? _strangers.Find() : [], vanished, emptied));
    }

    private void ReportMemory(ServiceRun run)
    {
        if (run.Cgroup is { } cgroup && cgroup.Now is var now && now != cgroup.AtStart)
            _happened.Enqueue(new SystemEvent.OutOfMemory(run.Service, run.Number, cgroup.AtStart, now, cgroup.Peak));
    }

    /// <summary>With each probe: whether its service is there at all, and what it holds.</summary>
    private void StartProbe(int service, long number, ServiceSettings settings)
    {
        LookBeside(service, number);
        var pid = _runs.Find(number) is { } run ? _starter.StartProbe(settings, run.Cgroup?.Directory) : 0;
        if (pid > 0)
            _ = _helpers.Add(pid);
        _happened.Enqueue(pid > 0
            ? new SystemEvent.ProbeSpawned(service, number, pid)
            : new SystemEvent.ProbeSpawnFailed(service, number));
    }

    private void LookBeside(int service, long number)
    {
        if (_runs.Find(number) is not { } run)
            return;
        if (_runs.IsMain(run.Pid) && !Reaper.IsChild(run.Pid))
            Sweep([run.Pid], [], strangers: false);
        else if (run.Cgroup is { Memory: { } memory })
            _happened.Enqueue(new SystemEvent.MemoryRead(service, number, memory, run.Cgroup.MemoryOfAll));
    }

    private void StartStopCommand(int service, long number, int main, ServiceSettings settings)
    {
        // It is told the pid, which is somebody else's once it was collected.
        var pid = _runs.IsMain(main) ? _starter.StartStopCommand(settings, _runs.Find(number)?.Cgroup?.Directory, main) : 0;
        if (pid > 0)
            _ = _helpers.Add(pid);
        _happened.Enqueue(pid > 0
            ? new SystemEvent.StopCommandSpawned(service, number, pid)
            : new SystemEvent.StopCommandNotStarted(service, number));
    }

    private void Watch(int descriptor, Action handler, uint events = EPOLLIN)
    {
        _watched[descriptor] = handler;
        _ = _port.Add(descriptor, events);
    }

    private void Watch(ServiceStream? stream)
    {
        if (stream is not { Fd: >= 0 and var descriptor })
            return;
        _open.Add(stream);
        Watch(descriptor, () => Took(stream, descriptor, stream.OnReadable(Now)));
    }

    private void Took(ServiceStream stream, int descriptor, StreamTurn turn)
    {
        if (turn == StreamTurn.Ended)
        {
            _watched.Remove(descriptor);
            _open.Remove(stream);
        }
        if (stream.Due is null)
            _reporting.Remove(stream);
        else
            _reporting.Add(stream);
    }

    private unsafe void ReadExecPipe(ServiceRun run)
    {
        Span<byte> record = stackalloc byte[ExecFailure.MaxLength];
        nint count;
        fixed (byte* start = record)
            count = read(run.ExecPipe, start, (nuint)record.Length);
        if (count < 0)
            return;
        if (count == 0)
            _happened.Enqueue(new SystemEvent.Executed(run.Service, run.Number));
        else
            run.Problem = ExecFailure.TryDecode(record[..(int)count], out var failure) ? failure!.Sentence : "the second stage failed";
        Unwatch(run.ExecPipe);
        run.CloseExecPipe();
    }

    private unsafe void ReadNotifyPipe(ServiceRun run)
    {
        Span<byte> text = stackalloc byte[256];
        nint count;
        fixed (byte* start = text)
            count = read(run.NotifyPipe, start, (nuint)text.Length);
        if (count < 0)
            return;
        var ready = text[..(int)count].Contains((byte)'\n');
        if (ready)
            _happened.Enqueue(new SystemEvent.Notified(run.Service, run.Number));
        if (ready || count == 0)
        {
            Unwatch(run.NotifyPipe);
            run.CloseNotification();
        }
    }

    private void ReadNotifySocket(ServiceRun run, NotifySocket socket)
    {
        // Left open: the service goes on sending its status there, and a send that fails would look like an error to it.
        if (socket.ReadReady(run.Pid))
            _happened.Enqueue(new SystemEvent.Notified(run.Service, run.Number));
    }

    private void Unwatch(int descriptor)
    {
        _watched.Remove(descriptor);
        _port.Remove(descriptor);
    }

    /// <summary>
    /// Collects what has ended: one SIGCHLD may stand for any number of children. Should more end than one turn takes, the
    /// next one goes on without waiting.
    /// </summary>
    private void Collect()
    {
        bool anyLeft;
        var collected = 0;
        _runs.Expire();
        // All first, so that one look at what they leave behind serves for all. Should it fail, the next turn has the rest.
        _childEnded = true;
        while (Reaper.TryCollect(out anyLeft) is { } reaped)
        {
            _reaped.Enqueue((reaped, _runs.TakeMain(reaped.Pid)));
            if (++collected == Reaper.MaxPerTurn)
                break;
        }
        while (_reaped.TryDequeue(out var ended))
            Ended(ended.Reaped, ended.Run);
        _childEnded = collected == Reaper.MaxPerTurn;
        CheckRest();
        // What the ended ones leave behind is ours now, and a subreaper has not signalled it yet.
        if (anyLeft && collected > 0 && _endingTheRest is { } signal && getpid() != 1)
            Descendants.End(signal);
        if (!anyLeft)
        {
            // This may be the end of us, and what a daemon of a service that is long gone said last is still in its pipe.
            foreach (var stream in _open)
                LastWords(stream);
        }
        _happened.Enqueue(new SystemEvent.ChildrenCollected(anyLeft));
    }

    private void Ended(Reaped reaped, ServiceRun? run)
    {
        if (run is null)
        {
            _ = _helpers.Remove(reaped.Pid);
            if (!_closeLook.TakeCollected(reaped.Pid))
                _happened.Enqueue(new SystemEvent.ChildEnded(reaped.Pid, reaped.Status, null, OthersLeft: false));
            return;
        }
        // Whatever goes wrong on the way, its status is told: then others are taken to be left, and found or not found later.
        var others = true;
        try
        {
            ReadTheLast(run, out others);
        }
        finally
        {
            _happened.Enqueue(new SystemEvent.ChildEnded(reaped.Pid, reaped.Status, run.Problem, others));
        }
        if (!others)
            _runs.Remove(run);
    }

    /// <summary>What was still to be heard of a run when its main process was collected, and whether others of it are left.</summary>
    private void ReadTheLast(ServiceRun run, out bool others)
    {
        others = true;
        if (run.ExecPipe >= 0)
            ReadExecPipe(run);
        if (run.ExecPipe >= 0)
        {
            // A process it left behind before it became the service holds the pipe; that cannot be a service of ours.
            Unwatch(run.ExecPipe);
            run.CloseExecPipe();
        }
        if (run.NotifyPipe >= 0)
            ReadNotifyPipe(run);
        if (run.NotifySocket is { } socket)
        {
            ReadNotifySocket(run, socket);
            Unwatch(socket.Descriptor);
        }
        if (run.NotifyPipe >= 0)
            Unwatch(run.NotifyPipe);
        run.CloseNotification();
        LastWords(run.Output);
        LastWords(run.Error);
        ReportMemory(run);
        others = _runs.HasOthers(run);
    }

    /// <summary>What it wrote before it ended comes before the news of its end. A grandchild may still hold the stream open.</summary>
    private void LastWords(ServiceStream? stream)
    {
        if (stream is { Fd: >= 0 and var descriptor })
            Took(stream, descriptor, stream.Drain(Now));
    }

    /// <summary>Lines that were dropped are counted out once their time has come.</summary>
    private void Report()
    {
        foreach (var stream in _reporting)
        {
            if (stream.Due > Now)
                continue;
            stream.OnDeadline(Now);
            if (stream.Due is null)
                _reporting.Remove(stream);
        }
    }

    /// <summary>A full pipe is watched for room while it is full, and only then.</summary>
    private void Follow(OutputSink sink)
    {
        if (sink.PollFd < 0 || sink.WantsWritable == _full.Contains(sink))
            return;
        if (_full.Remove(sink))
        {
            Unwatch(sink.PollFd);
            return;
        }
        _full.Add(sink);
        _watched[sink.PollFd] = sink.OnWritable;
        _ = _port.Add(sink.PollFd, EPOLLOUT);
    }
}
