using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>
/// A supervisor on a simulated kernel: it drives <see cref="Supervisor.Handle"/> as the loop does, on a virtual clock, and keeps the
/// effects and notices as lines of a story. A scenario causes events, and then expects lines (<see cref="Tells"/>).
/// </summary>
internal sealed class World
{
    private readonly Supervisor _supervisor;
    private readonly Dictionary<string, Behaviour> _programs = [];
    private readonly Queue<SystemEvent> _events = new();
    private readonly RunOwners _owners = new();
    private readonly Dictionary<int, Process> _processes = [];
    private readonly HashSet<int> _zombies = [];
    private readonly Dictionary<int, Behaviour> _groups = [];
    private readonly Dictionary<int, (int Service, long Run)> _watched = [];
    private readonly List<Effect.Spawn> _unanswered = [];
    private readonly List<SystemEvent> _held = [];
    private readonly List<string> _story = [];
    private readonly Instant _begin = new(1_000_000_000_000);
    private int _nextPid = 100;

    public World(params ServiceSettings[] services) : this(Make.File([.. services]))
    {
    }

    public World(Settings settings, Controllers sampled = Controllers.None, Controllers counted = Controllers.None, long? ownLimit = null)
    {
        _ownLimit = ownLimit;
        var result = Core.Planning.Plan.Build(settings);
        var plan = result.Plan ?? throw new ArgumentException(string.Join('\n', result.Diagnostics));
        Now = _begin;
        _supervisor = new Supervisor(
            plan.Supervised(mayChangeUser: true), seed: 1, _begin, sampled, counted: counted, hasOwnLimit: ownLimit is not null);
    }

    private readonly long? _ownLimit;
    private long? _wire;

    /// <summary>The memory of pages of files, which the kernel takes back first.</summary>
    public long PagesOfFiles { get; set; }

    /// <summary>The times at which the memory of all together was read.</summary>
    public List<TimeSpan> PressureLooks { get; } = [];

    /// <summary>Whether the tripwire is set.</summary>
    public bool HasWire => _wire is not null;

    /// <summary>The memory of a program is another one from now on; the wire trips if all together reach it.</summary>
    public World Holds(string service, long memory)
    {
        Program(service).Memory = memory;
        return Trips() ? Drain() : this;
    }

    private bool Trips()
    {
        if (_wire is not { } wire || Sum() + PagesOfFiles < wire)
            return false;
        _wire = null;
        _events.Enqueue(SystemEvent.PressureWireTripped.Instance);
        return true;
    }

    private long Sum() => _processes.Values.Where(p => p.Kind == ProcessKind.Main).Sum(p => p.Behaviour.Memory);

    public Instant Now { get; private set; }

    public TimeSpan Elapsed => Now - _begin;

    public int? ExitCode { get; private set; }

    public Phase Phase => _supervisor.Phase;

    public Registry Registry => _supervisor.Registry;

    public Supervisor Supervisor => _supervisor;

    public bool Sleeps => _supervisor.Due == Instant.Never;

    /// <summary>Every effect of the last event, with those that the story leaves out.</summary>
    public List<Effect> LastEffects { get; } = [];

    /// <summary>Each failed probe, with the reason.</summary>
    public List<string> ProbeFailures { get; } = [];

    /// <summary>All notices, as listeners get them.</summary>
    public List<ToldNotice> Heard { get; } = [];

    /// <summary>The comparisons that were requested.</summary>
    public List<Effect.Sweep> Sweeps { get; } = [];

    /// <summary>The times at which runs were measured, and whether closely.</summary>
    public List<(TimeSpan At, bool Closely)> Measured { get; } = [];

    /// <summary>
    /// Whether the answer to a close look waits for <see cref="AnswersCloseLook"/>; it then has the figures of the time of the request.
    /// </summary>
    public bool HoldsCloseLooks { get; set; }

    /// <summary>The times at which the kernel was asked to tell of stalls, or not to.</summary>
    public List<(TimeSpan At, bool IsOn)> StallsWatched { get; } = [];

    /// <summary>The documents that the command of [alerts] has got.</summary>
    public List<string> Documents { get; } = [];

    /// <summary>Whether the command of [alerts] runs on, until <see cref="AlertCommandEnds"/>.</summary>
    public bool HoldsCommand { get; set; }

    /// <summary>Whether it does not even end by SIGKILL.</summary>
    public bool IsCommandBeyondKill { get; set; }

    /// <summary>The way in which it fails; null if it works.</summary>
    public string? CommandProblem { get; set; }

    /// <summary>The number of times that it was killed.</summary>
    public int Kills { get; private set; }

    private bool _isCommandRunning;
    private long _message;

    public World AlertCommandEnds(string? problem = null)
    {
        CommandEnds(problem);
        return Drain();
    }

    private void CommandEnds(string? problem)
    {
        Assert.True(_isCommandRunning);
        _isCommandRunning = false;
        _events.Enqueue(new SystemEvent.AlertSent(_message, problem));
    }

    /// <summary>What the next look at each disk shows.</summary>
    public Dictionary<string, DiskReading> Disks { get; } = [];

    /// <summary>The times at which disks were read.</summary>
    public List<TimeSpan> DisksReadAt { get; } = [];

    public bool AnswersDisks { get; set; } = true;

    public ServiceState StateOf(string service) => _supervisor.StateOf(IndexOf(service));

    /// <summary>The run of a service.</summary>
    public RunState RunOf(string service) => Assert.IsType<ServiceState.Active>(StateOf(service)).Run;

    public ServiceRecord RecordOf(string service) => _supervisor.RecordOf(IndexOf(service));

    /// <summary>The line of a service in the answer to SIGUSR1.</summary>
    public string StatusOf(string service) => new ServiceStatus(service, StateOf(service), RecordOf(service), Now).ToString();

    public Behaviour Program(string service)
    {
        if (!_programs.TryGetValue(service, out var program))
            _programs[service] = program = new Behaviour();
        return program;
    }

    /// <summary>The start time of each main process that is not our child.</summary>
    public const ulong StartOfForeign = 900;

    private readonly HashSet<int> _foreign = [];

    public int PidOf(string service) => MainOf(service).Pid;

    public bool Runs(string service) => _processes.Values.Any(p => p.Service == IndexOf(service) && p.Kind == ProcessKind.Main);

    /// <summary>The next process gets this pid.</summary>
    public void NextPidIs(int pid) => _nextPid = pid;

    public World Begin() => Post(new SystemEvent.Begin());

    public World Signal(Signal signal) => Post(new SystemEvent.SignalArrived(signal));

    public World Exits(string service, int code) => Ends(MainOf(service), ExitStatus.Exited(code));

    public World IsKilledBy(string service, Signal signal) => Ends(MainOf(service), ExitStatus.KilledBy(signal));

    public World Executes(string service) => Post(new SystemEvent.Executed(MainOf(service).Run));

    public World Notifies(string service) => Post(new SystemEvent.Notified(MainOf(service).Run));

    /// <summary>Sends a message to the NOTIFY_SOCKET of a service.</summary>
    public World Says(string service, string message) => Post(
        new SystemEvent.Said(MainOf(service).Run, NotifyMessage.Read(System.Text.Encoding.UTF8.GetBytes(message))));

    /// <summary>An operator asks; the answer is in <see cref="Answer"/>.</summary>
    public World Asks(ControlVerb verb, params string[] names) => Asks(new ControlRequest(verb) { Names = [.. names] });

    public World Asks(ControlRequest request)
    {
        Answers.Clear();
        return Post(new SystemEvent.Asked(1, request, "root (pid 8)"));
    }

    /// <summary>The rows of the last answer to an operator.</summary>
    public List<StatusRow> Answers { get; } = [];

    /// <summary>The rows of a look that waits for nothing.</summary>
    public List<StatusRow> Looks(ControlRequest request)
    {
        _supervisor.Window.Now = Now;
        var rows = new List<StatusRow>();
        for (var answer = _supervisor.Window.Look(request); answer.MoveNext() && answer.Current is { } row;)
            rows.Add(row);
        return rows;
    }

    public ServiceRow RowOf(string service) =>
        Looks(new ControlRequest(ControlVerb.Status) { Names = [service] }).OfType<ServiceRow>().Single();

    /// <summary>A probe that hung ends after all.</summary>
    public World ProbeEnds(string service, int code) =>
        Ends(_processes.Values.Single(p => p.Service == IndexOf(service) && p.Kind == ProcessKind.Probe), ExitStatus.Exited(code));

    /// <summary>A stop_command that hung ends after all.</summary>
    public World StopCommandEnds(string service, int code) =>
        Ends(_processes.Values.Single(p => p.Service == IndexOf(service) && p.Kind == ProcessKind.StopCommand), ExitStatus.Exited(code));

    /// <summary>The last process that a run of the service left behind ends by itself.</summary>
    public World GroupEmpties(string service)
    {
        var group = _watched.Single(w => w.Value.Service == IndexOf(service)).Key;
        EmptyGroup(group);
        return Drain();
    }

    /// <summary>The kernel gives an answer to a spawn that was held back.</summary>
    public World AnswersSpawn(string service)
    {
        var spawn = _unanswered.First(s => s.Settings.Name == service);
        _unanswered.Remove(spawn);
        Answer(spawn);
        return Drain();
    }

    public World AnswersCloseLook()
    {
        var answer = Assert.Single(_held);
        _held.Clear();
        return Post(answer);
    }

    /// <summary>The strangers that the next sweeps find; a signal that a stranger obeys ends it.</summary>
    public Dictionary<int, (Stranger Stranger, Behaviour Behaviour)> Strangers { get; } = [];

    /// <summary>Adds a stranger: a descendant of a run that is over, or a process of unknown origin.</summary>
    public Behaviour HasStranger(string command, bool isOurs = true)
    {
        var behaviour = new Behaviour();
        Strangers[_nextPid] = (new Stranger(_nextPid, 1, command, isOurs), behaviour);
        _nextPid++;
        return behaviour;
    }

    /// <summary>Adds an orphan: a process of a run that is over, reparented to us.</summary>
    public Behaviour HasOrphan()
    {
        var behaviour = new Behaviour();
        _processes[_nextPid] = new Process(_nextPid, -1, 0, ProcessKind.Orphan, behaviour);
        _nextPid++;
        return behaviour;
    }

    /// <summary>Lets time pass; the supervisor is woken when it wants to be, as the loop does.</summary>
    public World Pass(string time)
    {
        var until = Now + Make.Span(time);
        var atOnce = 0;
        while (ExitCode is null && _supervisor.Due <= until)
        {
            atOnce = _supervisor.Due > Now ? 0 : atOnce + 1;
            Assert.True(atOnce < 5, "woken, and due again at once, again and again");
            Now = Instant.Later(Now, _supervisor.Due);
            Post(new SystemEvent.TimePassed());
        }
        if (ExitCode is null)
            Now = until;
        return this;
    }

    /// <summary>PID 1 stands still for so long, as every service may: it is not woken, whatever deadlines pass.</summary>
    public World StandsStill(string time)
    {
        Now += Make.Span(time);
        return this;
    }

    /// <summary>Expects these lines, in order, as everything that was told since the last call.</summary>
    public World Tells(params string[] lines)
    {
        Assert.Equal(lines, _story);
        return Forget();
    }

    /// <summary>As <see cref="Tells"/>, but other lines may stand between.</summary>
    public World TellsAmongOthers(params string[] lines)
    {
        var next = 0;
        foreach (var line in lines)
        {
            next = _story.IndexOf(line, next) + 1;
            Assert.True(next > 0, $"no \"{line}\", or not where it belongs, in:\n{string.Join('\n', _story)}");
        }
        return Forget();
    }

    /// <summary>Returns the lines, for other checks.</summary>
    public IReadOnlyList<string> Told()
    {
        string[] told = [.. _story];
        _story.Clear();
        return told;
    }

    /// <summary>Expects a line with these words among all lines so far.</summary>
    public World Told(string words)
    {
        Assert.Contains(_story, l => l.Contains(words, StringComparison.Ordinal));
        return this;
    }

    public World NeverTold(string line)
    {
        Assert.DoesNotContain(line, _story);
        return this;
    }

    public World Forget()
    {
        _story.Clear();
        return this;
    }

    public World Post(SystemEvent happened)
    {
        _events.Enqueue(happened);
        return Drain();
    }

    /// <summary>Two events arrive before the loop looks at its queue again.</summary>
    public World PostTogether(params SystemEvent[] happened)
    {
        foreach (var one in happened)
            _events.Enqueue(one);
        return Drain();
    }

    /// <summary>Another file is read, and is valid.</summary>
    public World Reloads(params ServiceSettings[] services) => Reloads(Make.File([.. services]));

    public World Reloads(Settings settings)
    {
        var plan = Core.Planning.Plan.Build(settings).Plan ?? throw new ArgumentException("no plan");
        return Post(new SystemEvent.Reloaded(plan.Supervised(mayChangeUser: true)));
    }

    public int IndexOf(string service) => Plan.Services.Last(s => s.Name == service).Index;

    private Plan Plan => _supervisor.Plan;

    private World Drain()
    {
        while (_events.TryDequeue(out var happened))
        {
            if (happened is SystemEvent.ChildEnded { Pid: var pid } && _zombies.Remove(pid))
                _processes.Remove(pid);
            if (happened is SystemEvent.MainEnded { Pid: var main } && _zombies.Remove(main))
                _processes.Remove(main);
            LastEffects.Clear();
            LastEffects.AddRange(_supervisor.Handle(happened, Now));
            foreach (var effect in LastEffects.ToArray())
            {
                _owners.Learn(effect, Plan);
                if (effect is Effect.Report(var notice))
                    Hear(notice);
                if (StoryLine.Of(effect, _supervisor.Plan, _owners) is { } line)
                    _story.Add(line);
                Perform(effect);
            }
        }
        Assert.DoesNotContain(_story, l => l.StartsWith("BUG", StringComparison.Ordinal));
        return this;
    }

    private void Hear(Notice notice)
    {
        var told = _supervisor.Told(notice);
        Assert.Equal(Heard.Count + 1, told.Sequence);
        Assert.Equal(Now, told.At);
        Heard.Add(told);
        _supervisor.Window.Hear(told);
        if (notice.Kind == Notices.ProbeFailed || notice.Kind == Notices.ProbeFailedInStartPeriod)
            ProbeFailures.Add(notice.ToString());
    }

    private Process MainOf(string service) =>
        _processes.Values.Single(p => p.Service == IndexOf(service) && p.Kind == ProcessKind.Main);

    private World Ends(Process process, ExitStatus status)
    {
        End(process, status);
        return Drain();
    }

    private void Perform(Effect effect)
    {
        if (effect is Effect.SignalRun { IsTold: true } told)
            _events.Enqueue(new SystemEvent.RestSignalled(told.RunNumber, 3, ["2 node", "1 sh"]));
        switch (effect)
        {
            case Effect.Spawn spawn when ProgramOf(Owner(spawn.RunNumber)).SpawnAnswer == SpawnAnswer.WhenTold:
                _unanswered.Add(spawn);
                break;
            case Effect.Spawn spawn:
                Answer(spawn);
                break;
            case Effect.SpawnProbe(var run, _) when Owner(run) is var service:
                StartHelper(ProcessKind.Probe, ProgramOf(service).Probe, service, run,
                    new SystemEvent.ProbeSpawnFailed(run), pid => new SystemEvent.ProbeSpawned(run, pid));
                break;
            case Effect.FindMain(var run, { PidFile: not null }) when Owner(run) is var service:
                StartHelper(ProcessKind.Probe, ProgramOf(service).Probe, service, run,
                    new SystemEvent.ProbeSpawnFailed(run), pid => new SystemEvent.ProbeSpawned(run, pid));
                break;
            case Effect.FindMain(var run, _) when Owner(run) is var service:
                TakeMain(service, run, _nextPid++);
                break;
            case Effect.TakeMain(var run, var pid) when Owner(run) is var service:
                TakeMain(service, run, pid);
                break;
            case Effect.SpawnStopCommand(var run, _, _) when Owner(run) is var service:
                StartHelper(ProcessKind.StopCommand, ProgramOf(service).StopCommand, service, run,
                    new SystemEvent.StopCommandNotStarted(run), pid => new SystemEvent.StopCommandSpawned(run, pid));
                break;
            case Effect.SignalMain(var number, var pid, var signal) when Owner(number) is var service:
                Assert.True(
                    _processes.TryGetValue(pid, out var main) && main.Service == service, $"{signal} to pid {pid}, which was collected");
                if (ProgramOf(service).Obeys(signal))
                    End(main!, StatusOf(service, signal));
                break;
            case Effect.SignalRun(var number, var group, var signal) when Owner(number) is var service && ProgramOf(service).Obeys(signal):
                if (_processes.TryGetValue(group, out var leader) && leader.Service == service)
                    End(leader, StatusOf(service, signal), othersLeft: signal != Core.Values.Signal.Kill);
                else
                    EmptyGroup(group);
                break;
            case Effect.KillHelper(_, var pid):
                if (_processes.TryGetValue(pid, out var late) && ProgramOf(late.Service).Probe != ProbeBehaviour.IsBeyondKill)
                    End(late, ExitStatus.KilledBy(Core.Values.Signal.Kill));
                break;
            case Effect.WatchRun(var run, var group) when Owner(run) is var service:
                _watched[group] = (service, run);
                if (!_groups.ContainsKey(group))
                    EmptyGroup(group);
                break;
            case Effect.Sample(var runs, var closely):
                Measured.Add((Elapsed, closely));
                var sampled = new SystemEvent.Sampled(
                [
                    .. _processes.Values.Where(p => p.Kind == ProcessKind.Main && runs.Contains(p.Run)).Select(p => new RunUsage(
                        p.Run, closely ? p.Behaviour.Memory : p.Behaviour.Resident ?? p.Behaviour.Memory, p.Behaviour.Tasks,
                        closely && p.Behaviour.IsEstimate)),
                ],
                closely);
                if (closely && HoldsCloseLooks)
                    _held.Add(sampled);
                else
                    _events.Enqueue(sampled);
                break;
            case Effect.Sweep(var beliefs, _, var known, var wanted) sweep:
                Sweeps.Add(sweep);
                Assert.All(beliefs, b => Assert.True(b.Main == 0 || _processes.ContainsKey(b.Main)));
                _events.Enqueue(new SystemEvent.Swept(
                    [], wanted ? [.. Strangers.Values.Where(s => !s.Behaviour.IsHidden).Select(s => s.Stranger)] : [],
                    [.. known.Where(k => !Strangers.ContainsKey(k.Pid))], 0));
                break;
            case Effect.ReadUsage(var runs):
                foreach (var process in _processes.Values.Where(p => p.Kind == ProcessKind.Main && runs.Contains(p.Run)))
                    _events.Enqueue(new SystemEvent.UsageRead(
                        process.Run, process.Behaviour.Memory, process.Behaviour.Tasks,
                        _processes.Values.Where(p => p.Kind == ProcessKind.Main).Sum(p => p.Behaviour.Memory),
                        _processes.Values.Where(p => p.Kind == ProcessKind.Main).Sum(p => p.Behaviour.Tasks)));
                break;
            case Effect.ReadDisks(var paths):
                DisksReadAt.Add(Elapsed);
                if (AnswersDisks)
                    _events.Enqueue(new SystemEvent.DisksRead([.. paths.Select(path => Disks[path])]));
                break;
            case Effect.WatchStalls(var isOn):
                StallsWatched.Add((Elapsed, isOn));
                break;
            case Effect.SetPressureWire(var bytes):
                _wire = bytes;
                _ = Trips();
                break;
            case Effect.ReadPressure(var runs):
                PressureLooks.Add(Elapsed);
                var figures = new PressureFigures(Sum(), Sum() + PagesOfFiles, null);
                _events.Enqueue(new SystemEvent.PressureRead(
                    figures, _ownLimit is { } own ? figures with { Limit = own } : null,
                    runs is { } wantedRuns
                        ? [.. _processes.Values.Where(p => p.Kind == ProcessKind.Main && wantedRuns.Contains(p.Run))
                            .Select(p => new RunUsage(p.Run, p.Behaviour.Memory, 0))]
                        : null));
                break;
            case Effect.SignalStranger(var stranger, var signal) when Strangers.TryGetValue(stranger.Pid, out var seen) &&
                seen.Behaviour.Obeys(signal):
                _ = Strangers.Remove(stranger.Pid);
                _events.Enqueue(new SystemEvent.ChildEnded(stranger.Pid, ExitStatus.KilledBy(signal), null, OthersLeft: false));
                break;
            case Effect.SignalTheRest(var signal):
                foreach (var left in _processes.Values.Where(p => p.Behaviour.Obeys(signal)).ToArray())
                    End(left, ExitStatus.KilledBy(signal));
                foreach (var left in _groups.Where(g => g.Value.Obeys(signal)).ToArray())
                    EmptyGroup(left.Key);
                Collected();
                break;
            case Effect.SendAlert(var number, _, var document):
                Assert.False(_isCommandRunning, "two commands at once");
                Documents.Add(System.Text.Encoding.UTF8.GetString(document));
                (_isCommandRunning, _message) = (true, number);
                if (!HoldsCommand)
                    CommandEnds(CommandProblem);
                break;
            case Effect.KillAlertCommand:
                Kills++;
                if (!IsCommandBeyondKill)
                    CommandEnds("it ended with killed by SIGKILL");
                break;
            case Effect.AnswerClient(_, var rows):
                Answers.AddRange(rows);
                break;
            case Effect.Exit(var code):
                Assert.Null(ExitCode);
                ExitCode = code;
                break;
        }
    }

    /// <summary>A process that a service has left behind is its main process from now on.</summary>
    private void TakeMain(int service, long run, int pid, bool isForeign = false)
    {
        if (ProgramOf(service).MainRefusals.TryDequeue(out var reason))
        {
            _events.Enqueue(new SystemEvent.MainRefused(run, reason));
            return;
        }
        foreach (var (group, _) in _watched.Where(w => w.Value == (service, run)).ToArray())
        {
            _ = _watched.Remove(group);
            _ = _groups.Remove(group);
        }
        _processes[pid] = new Process(pid, service, run, ProcessKind.Main, ProgramOf(service));
        if (isForeign)
            _foreign.Add(pid);
        _events.Enqueue(new SystemEvent.MainChanged(run, pid, isForeign ? StartOfForeign : null));
    }

    /// <summary>The main process of a service names another one, and goes on.</summary>
    public World ChangesMain(string service, bool isForeign = false)
    {
        var main = MainOf(service);
        _processes[main.Pid] = main with { Kind = ProcessKind.Former };
        TakeMain(main.Service, main.Run, _nextPid++, isForeign);
        return Drain();
    }

    /// <summary>The kernel accepts a process that the service has left behind as its main process.</summary>
    public World FindsMain(string service)
    {
        var index = IndexOf(service);
        TakeMain(index, _watched.Values.Single(w => w.Service == index).Run, _nextPid++);
        return Drain();
    }

    /// <summary>A process that was the main process before ends.</summary>
    public World FormerEnds(string service) =>
        Ends(_processes.Values.Single(p => p.Service == IndexOf(service) && p.Kind == ProcessKind.Former), ExitStatus.Exited(0));

    private void Answer(Effect.Spawn spawn)
    {
        var program = ProgramOf(Owner(spawn.RunNumber));
        if (program.Shortages > 0)
        {
            program.Shortages--;
            _events.Enqueue(new SystemEvent.SpawnFailed(spawn.RunNumber, "pipe: EMFILE", 111, IsShortage: true));
            return;
        }
        if (program.SpawnFailures.TryDequeue(out var failure))
        {
            _events.Enqueue(new SystemEvent.SpawnFailed(spawn.RunNumber, failure.Reason, failure.ExitCode));
            return;
        }
        Assert.DoesNotContain(_processes.Values, p => p.Service == Owner(spawn.RunNumber) && p.Kind == ProcessKind.Main);
        var process = Create(Owner(spawn.RunNumber), spawn.RunNumber, ProcessKind.Main);
        _events.Enqueue(new SystemEvent.Spawned(spawn.RunNumber, process.Pid));
        if (program.ShortagesOfStage > 0)
        {
            program.ShortagesOfStage--;
            _zombies.Add(process.Pid);
            _events.Enqueue(
                new SystemEvent.ChildEnded(process.Pid, ExitStatus.Exited(255), "no thread", OthersLeft: false, IsShortage: true));
            Collected();
            return;
        }
        if (program.Problem is { } problem)
        {
            _zombies.Add(process.Pid);
            _events.Enqueue(new SystemEvent.ChildEnded(process.Pid, ExitStatus.Exited(problem.ExitCode), problem.Text, OthersLeft: false));
            Collected();
            return;
        }
        if (!program.HoldsExec)
            _events.Enqueue(new SystemEvent.Executed(spawn.RunNumber));
        if (program.ExitsAtOnce is { } code)
            End(process, ExitStatus.Exited(code));
    }

    private void StartHelper(
        ProcessKind kind, ProbeBehaviour behaviour, int service, long run, SystemEvent notStarted, Func<int, SystemEvent> started)
    {
        if (behaviour == ProbeBehaviour.CannotStart)
        {
            _events.Enqueue(notStarted);
            return;
        }
        var process = Create(service, run, kind);
        _events.Enqueue(started(process.Pid));
        if (behaviour is ProbeBehaviour.Succeeds or ProbeBehaviour.Fails)
            End(process, ExitStatus.Exited(behaviour == ProbeBehaviour.Succeeds ? 0 : ProgramOf(service).ProbeSays.Code));
    }

    private Process Create(int service, long run, ProcessKind kind)
    {
        var process = new Process(_nextPid++, service, run, kind, kind == ProcessKind.Main ? ProgramOf(service) : new Behaviour());
        _processes.Add(process.Pid, process);
        return process;
    }

    private void End(Process process, ExitStatus status, bool othersLeft = true)
    {
        if (!_zombies.Add(process.Pid))
            return;
        var leaves = othersLeft && process.Kind == ProcessKind.Main && process.Behaviour.LeavesBehind;
        if (leaves)
            _groups.Add(process.Pid, process.Behaviour);
        var says = process.Kind == ProcessKind.Probe ? ProgramOf(process.Service).ProbeSays.Line : null;
        // Of a foreign process only a pidfd tells.
        _events.Enqueue(
            _foreign.Remove(process.Pid)
                ? new SystemEvent.MainEnded(process.Run, process.Pid, leaves)
                : new SystemEvent.ChildEnded(process.Pid, status, says, leaves));
        Collected();
    }

    private void EmptyGroup(int group)
    {
        _groups.Remove(group);
        if (_watched.Remove(group, out var owner))
            _events.Enqueue(new SystemEvent.RunEmpty(owner.Run));
    }

    private void Collected() =>
        _events.Enqueue(new SystemEvent.ChildrenCollected(_processes.Count > _zombies.Count || _groups.Count > 0));

    private ExitStatus StatusOf(int service, Signal signal) =>
        signal != Core.Values.Signal.Kill && ProgramOf(service).CodeWhenStopped is { } code
            ? ExitStatus.Exited(code)
            : ExitStatus.KilledBy(signal);

    private int Owner(long run) => _owners.Of(run);

    private Behaviour ProgramOf(int service) => Program(_supervisor.Plan.Services[service].Name);

    private enum ProcessKind { Main, Former, Probe, StopCommand, Orphan }

    private sealed record Process(int Pid, int Service, long Run, ProcessKind Kind, Behaviour Behaviour);
}
