using MetaMcp.Init.Control;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Launching;
using MetaMcp.Init.Notifying;
using MetaMcp.Init.Output;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Sockets;
using MetaMcp.Init.Sweeping;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>
/// The seam on Linux: one epoll instance over the signal queue, our own outputs and the descriptors of every run. A pid is signalled
/// only while it is known and not collected, and only this thread collects, so the pid cannot belong to another process.
/// </summary>
internal sealed class LinuxKernel : IKernel
{
    private readonly EventPort _port;
    private readonly DescriptorWatch _watch;
    private readonly BlockedOutputs _full;
    private readonly OpenStreams _streams;
    private readonly ServiceStarter _starter;
    private readonly ForeignMains _foreign;
    private readonly RunTable _runs;
    private readonly DescriptorDisposal _disposal;
    private readonly RunReports _reports;
    private readonly MainSuccession _mains;
    private readonly MemoryWatch _memory;
    private readonly PressureGauge _pressure;
    private readonly StallTrigger _stalls;
    private readonly PssMeasurement _pss;
    private readonly ProbeOutputs _probes;
    private readonly AlertCommand _alerts;
    private readonly ChildCollector _collector;
    private readonly KernelSweep _kernelSweep;
    private readonly FileReload _file;
    private readonly ConfigRead _read;
    private readonly DiskRead _disks;
    private readonly ConnectionDisposal _connections;
    private readonly LaunchTable _launches;
    private readonly ControlTable _control;

    /// <summary>More events than one turn brings.</summary>
    private const int Room = 512;

    /// <summary>The number of readers of pidfiles that may outlive their SIGKILL.</summary>
    private const int MostLeft = 4;

    private readonly HelperTable _helpers = new();
    private readonly TurnSteps _steps;
    private Queue<SystemEvent> _happened = new();
    private Instant _due;

    public LinuxKernel(
        EventPort port, SignalQueue signals, StandardOutputs outputs, ServiceStarter starter, Census census,
        Func<RunTable, StrangerSearch> strangers, FileReload file, LaunchSetup launches, ControlSetup control,
        PressureSources pressure)
    {
        Action<SystemEvent> tell = Tell;
        _port = port;
        _watch = new DescriptorWatch(port);
        _full = new BlockedOutputs(outputs, _watch);
        _streams = new OpenStreams(_watch);
        _starter = starter;
        _foreign = new ForeignMains(
            (fd, take) => _watch.Add(fd, Source.ForeignMain, take), _watch.Remove,
            (run, isChild) => _collector!.ForeignEnded(run, isChild));
        _runs = new RunTable(
            _watch.Remove, run => _reports!.EndSocket(run), census, _helpers.Pids, new LiveProcesses(census.Claims), _foreign, tell);
        _disposal = new DescriptorDisposal(_watch, starter.NullDescriptor, _helpers.Pids);
        _mains = new MainSuccession(_runs, pid => _collector!.IsWaiting(pid), tell);
        _reports = new RunReports(_watch, _disposal, _mains.Named, tell);
        _memory = new MemoryWatch(_watch, tell);
        _pressure = new PressureGauge(pressure, _runs, _watch, tell);
        _stalls = new StallTrigger(pressure.Workload, _watch, tell);
        _pss = new PssMeasurement(
            starter.StartMeasuring, _helpers.Pids, (fd, take) => _watch.Add(fd, Source.PssMeasurement, take), _watch.Remove,
            usages => Tell(new SystemEvent.Sampled(usages, Closely: true)));
        _file = file;
        _read = new ConfigRead(
            file, starter.StartReading, _helpers.Pids, (fd, take) => _watch.Add(fd, Source.ConfigRead, take), _watch.Remove, tell);
        _disks = new DiskRead(
            starter.StartReadingSpace, _helpers.Pids, (fd, take) => _watch.Add(fd, Source.DiskRead, take), _watch.Remove,
            disks => Tell(new SystemEvent.DisksRead(disks)));
        _probes = new ProbeOutputs((fd, take) => _watch.Add(fd, Source.ProbeOutput, take), _watch.Remove);
        _alerts = new AlertCommand(starter.StartAlertCommand, _helpers, _probes, tell);
        _collector = new ChildCollector(
            _runs, _helpers, _pss, _read, _disks, _disposal, _probes, _reports, 
            (pid, status) => _alerts.TakeCollected(pid, status) || _connections!.TakeCollected(pid) ||
                _launches!.TakeCollected(pid, status),
            _mains.HasSuccessor, _streams, _memory, tell);
        _connections = new ConnectionDisposal(starter.NullDescriptor, _helpers);
        _control = new ControlTable(
            control, _watch, _connections, new RowCompletion(_runs, control.Tree, ProgramVersion.Text).Complete,
            pid => _runs.FindByMain(pid) is { IsNested: false, Name: ServeSettings.ServiceName }, tell);
        _launches = new LaunchTable(launches, new LaunchParts(
            _watch, _runs, _helpers, _memory, _connections, starter.NullDescriptor, tell, _control.HandOver));
        _kernelSweep = new KernelSweep(_runs, _helpers, strangers(_runs), _collector, Follow, WatchRest, tell);
        Action<Signal, bool, int> arrived = SignalArrived;
        _watch.AddFirst(signals.Descriptor, Source.Signals, () => signals.Take(arrived));
        _steps = new TurnSteps(
            () => _watch.Wait(_due), _runs.Expire, ContinueRuns, () => _foreign.Expire(Now),
            () => _memory.Resume(Now), CollectIfDue, _kernelSweep.Continue,
            () => _pss.Expire(Now), () => _mains.Expire(Now), () => _read.Expire(Now), () => _disks.Expire(Now), () => _probes.Expire(Now),
            () => _disposal.Expire(Now), () => _connections.Expire(Now), () => _launches.Expire(Now), () => _control.Expire(Now),
            () => _streams.Report(Now));
    }

    public Instant Now => MonotonicClock.Now;

    public Instant LookedAt => _port.LookedAt;

    public void Wait(Instant due, Queue<SystemEvent> happened)
    {
        _happened = happened;
        // A signal or a child's status, once taken from the kernel, must be reported even if memory ends: its room in the queue is
        // reserved first.
        happened.EnsureCapacity(happened.Count + Room);
        _full.Follow();
        _control.Wake();
        _due = _collector.IsDue ? Now : Instant.Earliest(
            due, _streams.Due, _memory.Due, _pss.Due, _read.Due, _disks.Due, _probes.Due, _disposal.Due, _connections.Due, _launches.Due,
            _control.Due, _mains.Due, _foreign.Due, _runs.Due, _kernelSweep.Due);
        _steps.Take();
    }

    /// <summary>PID 1 is about to end.</summary>
    public void Farewell() => _control.Farewell();

    public void Perform(Effect effect, Queue<SystemEvent> answers)
    {
        _happened = answers;
        switch (effect)
        {
            case Effect.Spawn(var number, var settings):
                Start(number, settings);
                break;
            case Effect.SpawnProbe(var number, var settings):
                StartProbe(number, settings);
                break;
            case Effect.SpawnStopCommand(var number, var main, var settings):
                StartStopCommand(number, main, settings);
                break;
            case Effect.SignalMain(var number, var pid, var signal) main when _runs.Find(number) is { } run:
                run.IsAskedToEnd |= !main.IsForwarded;
                _runs.SignalMain(run, pid, signal);
                break;
            case Effect.WatchMain(var number, var pid, _) when _runs.IsMainOf(pid, number):
                _foreign.Watch(_runs.Find(number)!);
                break;
            case Effect.FindMain(var number, var settings) when _runs.Find(number) is { } run:
                if (settings.PidFile is { } path)
                    StartReadingPid(number, path);
                else
                    _mains.Guess(run);
                break;
            case Effect.TakeMain(var number, var pid) when _runs.Find(number) is { } run:
                _mains.Take(run, pid);
                break;
            case Effect.SignalRun(var number, _, var signal) to when _runs.Find(number) is { } run:
                // The processes are looked up again, but not for SIGCONT: it goes to those that were sent the signal before it.
                if (signal != Signal.Cont)
                    _runs.Expire();
                run.IsAskedToEnd = true;
                run.IsRestToBeTold |= to.IsTold;
                _runs.Signal(run, signal);
                CheckRest();
                break;
            case Effect.KillHelper(var number, var pid) when _helpers.IsOf(pid, number):
                _ = kill(-pid, Signal.Kill.Number);
                _helpers.Killed(pid);
                break;
            case Effect.WatchRun(var number, _) when _runs.Find(number) is { } run:
                WatchRest(run);
                break;
            case Effect.Sample(var numbers, Closely: false):
                Tell(new SystemEvent.Sampled(RunMeasure.Roughly(_runs, numbers), Closely: false));
                break;
            case Effect.Sample(var numbers, Closely: true):
                var (estimates, members) = RunMeasure.Closely(_runs, numbers);
                _pss.Start(estimates, members);
                break;
            case Effect.ReadDisks(var paths):
                _disks.Start(paths);
                break;
            case Effect.ReadFile:
                _read.Start();
                break;
            case Effect.DropFile:
                _read.Drop();
                break;
            case Effect.Apply(var before, var after):
                _file.Apply(before, after);
                break;
            case Effect.Sweep sweep:
                _kernelSweep.Sweep(sweep);
                if (sweep.IsWhole)
                    _launches.TellEnds();
                break;
            case Effect.ReadUsage(var numbers):
                _kernelSweep.ReadUsage(numbers);
                break;
            case Effect.WatchStalls(var isOn):
                _stalls.Set(isOn);
                break;
            case Effect.SetPressureWire(var bytes):
                _pressure.SetWire(bytes);
                break;
            case Effect.ReadPressure read:
                _pressure.Read(read);
                break;
            case Effect.SignalStranger(var stranger, var signal) when ProcessTable.TryRead(stranger.Pid, out var seen) &&
                seen.StartTime == stranger.StartTime:
                _ = PinnedSignal.Send(seen, signal);
                break;
            case Effect.SignalTheRest(var signal):
                _disks.Drop();
                _collector.EndTheRest(signal);
                break;
            case Effect.SendAlert(var number, var command, var document):
                _alerts.Start(number, command, document);
                break;
            case Effect.KillAlertCommand(var number):
                _alerts.Kill(number);
                break;
            case Effect.AnswerClient(var client, var rows):
                _control.Answer(client, rows);
                break;
            default:
                _launches.Perform(effect);
                break;
        }
    }

    private void ContinueRuns()
    {
        if (_runs.Continue() | _runs.KillOn())
            CheckRest();
    }

    private void CollectIfDue()
    {
        if (_collector.IsDue)
            _collector.Collect();
    }

    private void Tell(SystemEvent happened) => _happened.Enqueue(happened);

    private void SignalArrived(Signal signal, bool isOfKernel, int sender)
    {
        if (signal == Signal.Chld)
            _collector.ChildEnded(sender);
        else
            Tell(new SystemEvent.SignalArrived(signal, isOfKernel));
    }

    private void Start(long number, ServiceSettings settings)
    {
        _runs.Reserve();
        if (_starter.Start(number, settings, out var problem) is not { } run)
        {
            Tell(new SystemEvent.SpawnFailed(number, problem!.Reason, problem.ExitCode, problem.IsShortage));
            return;
        }
        _runs.Add(run);
        try
        {
            Tell(new SystemEvent.Spawned(number, run.Pid));
            Follow(run);
        }
        catch (OutOfMemoryException)
        {
            // The process exists, so its start has not failed. The next sweep finds the events that were not queued.
        }
    }

    /// <summary>Reads everything that a run reports. To add a descriptor a second time does no harm.</summary>
    private void Follow(ServiceRun run)
    {
        _reports.Follow(run);
        _streams.Add(run.Output);
        _streams.Add(run.Error);
        _memory.Start(run);
        run.IsFollowed = true;
    }

    private void StartProbe(long number, ServiceSettings settings)
    {
        if (_runs.Find(number) is { } beside)
            _kernelSweep.LookAt(beside);
        var output = -1;
        var pid = _runs.Find(number) is { } run ? _starter.StartProbe(settings, run.Cgroup?.Directory, out output) : 0;
        Follow(number, pid, output);
    }

    /// <summary>None where others hang: a file system that does not answer must not fill the container with those that ask it.</summary>
    private void StartReadingPid(long number, string path)
    {
        var output = -1;
        var pid = _helpers.Left < MostLeft ? _starter.StartReadingPid(path, out output) : 0;
        if (pid > 0)
            _helpers.AddReader(pid);
        Follow(number, pid, output);
    }

    /// <summary>A probe was started, or not (0): its output is read, and the supervisor is told.</summary>
    private void Follow(long number, int pid, int output)
    {
        if (pid > 0)
            _helpers.Add(pid, number);
        try
        {
            _probes.Follow(pid, output);
        }
        catch (OutOfMemoryException)
        {
            // The reason of a failure will be missing; the probe runs all the same.
            _ = close(output);
        }
        Tell(pid > 0
            ? new SystemEvent.ProbeSpawned(number, pid)
            : new SystemEvent.ProbeSpawnFailed(number));
    }

    private void StartStopCommand(long number, int main, ServiceSettings settings)
    {
        if (_runs.Find(number) is { } asked)
            asked.IsAskedToEnd = true;
        // The command is told the pid of the main process. After that was collected, the pid may belong to another process.
        var pid = _runs.IsMainOf(main, number) ? _starter.StartStopCommand(settings, _runs.Find(number)?.Cgroup?.Directory, main) : 0;
        if (pid > 0)
            _helpers.Add(pid, number);
        Tell(pid > 0
            ? new SystemEvent.StopCommandSpawned(number, pid)
            : new SystemEvent.StopCommandNotStarted(number));
    }

    /// <summary>Waits for the end of the processes that a main process left behind.</summary>
    private void WatchRest(ServiceRun run)
    {
        _runs.Watch(run);
        if (run.Cgroup is { } cgroup && cgroup.WatchPopulated() is >= 0 and var events)
            _watch.Add(events, Source.PopulatedEvents, CheckRest, EPOLLPRI);
        // The run may have been empty before it was watched.
        CheckRest();
    }

    private void CheckRest() => _ = _runs.TakeEmpty(Tell);
}
