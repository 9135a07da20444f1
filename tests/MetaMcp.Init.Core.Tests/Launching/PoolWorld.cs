using System.Collections.Immutable;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Launching;

/// <summary>
/// A supervisor with one service, <c>gateway</c>, whose clients launch servers, on a simulated kernel and a virtual clock. Each effect
/// for a launch is a line of the story: <c>1 granted</c>, <c>1 go</c>, <c>1 refused Limit</c>, <c>1 SIGTERM</c>, <c>1 ended (reason)</c>.
/// </summary>
internal sealed class PoolWorld
{
    private readonly Queue<SystemEvent> _events = new();
    private readonly Dictionary<long, (long Id, int Pid)> _runs = [];
    private readonly Dictionary<long, (string Name, int Pid)> _services = [];
    private readonly List<string> _story = [];
    private readonly List<StatusRow> _answer = [];
    private int _nextPid = 100;

    public PoolWorld(Settings settings, Controllers counted = Controllers.None, Controllers sampled = Controllers.None)
    {
        (Settings, IsSampled) = (settings, sampled != Controllers.None);
        var result = Core.Planning.Plan.Build(settings);
        var plan = result.Plan ?? throw new ArgumentException(string.Join('\n', result.Diagnostics));
        Supervisor = new Supervisor(plan, seed: 1, Now, sampled, counted: counted);
        _ = Post(new SystemEvent.Begin());
        Gateway = Supervisor.Registry.OfType("gateway") is [var entry] ? entry.Sequence : 0;
        _story.Clear();
    }

    public Settings Settings { get; }

    /// <summary>Whether memory is measured by looks, and not counted by the kernel.</summary>
    public bool IsSampled { get; }

    public Supervisor Supervisor { get; }

    public Instant Now { get; private set; } = new(1_000_000_000_000);

    /// <summary>The memory of launched servers, by launch; each has 1 MiB unless it is given here.</summary>
    public Dictionary<long, long> Memory { get; } = [];

    /// <summary>The settings that each granted launch has.</summary>
    public Dictionary<long, ServerSettings> Granted { get; } = [];

    /// <summary>The memory of services; each has none unless it is given here.</summary>
    public Dictionary<string, long> MemoryOfServices { get; } = [];

    /// <summary>The notices that were told.</summary>
    public List<ToldNotice> Heard { get; } = [];

    private ImmutableArray<RunUsage> Usages =>
    [
        .. _runs.Where(r => !Reasons.ContainsKey(r.Value.Id))
            .Select(r => new RunUsage(r.Key, Memory.GetValueOrDefault(r.Value.Id, 1 << 20), 1)),
        .. _services.Select(s => new RunUsage(s.Key, MemoryOfServices.GetValueOrDefault(s.Value.Name), 1)),
    ];

    private SystemEvent.PressureRead Read(ImmutableArray<long>? runs)
    {
        var used = Usages.Sum(u => u.Memory);
        return new SystemEvent.PressureRead(
            new PressureFigures(used, used, null), null, runs is { } wanted ? [.. Usages.Where(u => wanted.Contains(u.Run))] : null);
    }

    /// <summary>The run of the service whose processes launch.</summary>
    public long Gateway { get; }

    /// <summary>Launches whose servers do not end by SIGTERM.</summary>
    public HashSet<long> Stubborn { get; } = [];

    /// <summary>Launches whose main process leaves others behind.</summary>
    public HashSet<long> LeavesOthers { get; } = [];

    /// <summary>Whether the answers of the kernel's side to PlaceLaunch are held back.</summary>
    public bool HoldsPlaces { get; set; }

    public int? ExitCode { get; private set; }

    /// <summary>The reason that each ended launch was told; null if it ended by itself.</summary>
    public Dictionary<long, string?> Reasons { get; } = [];

    public List<Effect.RefuseLaunch> Refusals { get; } = [];

    public List<string> Log { get; } = [];

    /// <summary>The lines since the last call of <see cref="Tells"/> or <see cref="Forget"/>.</summary>
    public IReadOnlyList<string> Story => _story;

    public PoolWorld Asks(long id, string name = "memory", long? run = null, bool isTrusted = false) =>
        Launch(id, new LaunchEvent.Asked(new LaunchRequest(name, null, "npx", 5000 + (int)id, 1000, run ?? Gateway, isTrusted)));

    /// <summary>A launch without a command.</summary>
    public PoolWorld AsksForCommand(long id, string name = "memory") =>
        Launch(id, new LaunchEvent.Asked(new LaunchRequest(name, null, "", 5000 + (int)id, 1000, Gateway, false)));

    /// <summary>A launch by root, from outside of the services.</summary>
    public PoolWorld AsksFromOutside(long id, string name = "memory") => Asks(id, name, run: 0, isTrusted: true);

    /// <summary>The shim of a launch that has a place names its process.</summary>
    public PoolWorld Names(long id) => Launch(id, new LaunchEvent.Named(new ProcessKey(_nextPid++, 900)));

    /// <summary>A launch from the request to the running server.</summary>
    public PoolWorld Runs(long id, string name = "memory")
    {
        _ = Asks(id, name);
        return Names(id).Launch(id, new LaunchEvent.Started());
    }

    public PoolWorld Launch(long id, LaunchEvent happened) => Post(new SystemEvent.Launch(id, happened));

    /// <summary>The main process of a launch ends by itself, and its guard has said so.</summary>
    public PoolWorld Exits(long id)
    {
        var (run, (_, pid)) = _runs.First(r => r.Value.Id == id);
        _ = Launch(id, new LaunchEvent.Exited(ExitStatus.Exited(0), IsAsked: false));
        return Post(new SystemEvent.MainEnded(run, pid, LeavesOthers.Contains(id)));
    }

    /// <summary>The main process of a service ends by itself.</summary>
    public PoolWorld Ends(string name, ExitStatus status)
    {
        var run = RunOfService(name);
        _ = _services.Remove(run, out var service);
        return Post(new SystemEvent.ChildEnded(service.Pid, status, null, OthersLeft: false));
    }

    public long RunOfService(string name) => Supervisor.Registry.OfType(name)[0].Sequence;

    public long RunOf(long id) => _runs.First(r => r.Value.Id == id).Key;

    public int PidOf(long id) => _runs.First(r => r.Value.Id == id).Value.Pid;

    public PoolWorld Passes(string time)
    {
        _ = Duration.TryParse(time, out var span);
        var until = Now + span;
        while (Supervisor.Due <= until)
        {
            Now = Instant.Later(Now, Supervisor.Due);
            _ = Post(SystemEvent.TimePassed.Instance);
        }
        Now = until;
        return this;
    }

    /// <summary>The rows of the answer to an operator.</summary>
    public List<StatusRow> Operator(ControlRequest request)
    {
        _answer.Clear();
        _ = Post(new SystemEvent.Asked(1, request, "root (pid 8)"));
        return [.. _answer];
    }

    public PoolWorld Signal(Signal signal) => Post(new SystemEvent.SignalArrived(signal));

    /// <summary>The story since the last call is these lines.</summary>
    public PoolWorld Tells(params string[] lines)
    {
        Assert.Equal(lines, _story);
        _story.Clear();
        return this;
    }

    public PoolWorld Forget()
    {
        _story.Clear();
        return this;
    }

    public PoolWorld Post(SystemEvent happened)
    {
        _events.Enqueue(happened);
        while (_events.TryDequeue(out var next))
            foreach (var effect in Supervisor.Handle(next, Now).ToArray())
                Perform(effect);
        return this;
    }

    private void Perform(Effect effect)
    {
        switch (effect)
        {
            case Effect.Spawn(var run, var settings):
                _services[run] = (settings.Name, _nextPid);
                _events.Enqueue(new SystemEvent.Spawned(run, _nextPid++));
                _events.Enqueue(new SystemEvent.Executed(run));
                break;
            case Effect.Sample(var sampled, var closely):
                _events.Enqueue(new SystemEvent.Sampled([.. Usages.Where(u => sampled.Contains(u.Run))], closely));
                break;
            case Effect.ReadUsage(var wanted):
                foreach (var usage in Usages.Where(u => wanted.Contains(u.Run)))
                    _events.Enqueue(new SystemEvent.UsageRead(
                        usage.Run, usage.Memory, usage.Tasks, Usages.Sum(u => u.Memory), Usages.Sum(u => u.Tasks)));
                break;
            case Effect.ReadPressure(var wanted):
                _events.Enqueue(Read(wanted));
                break;
            case Effect.GrantLaunch(var id, _, var server):
                Granted[id] = server;
                _story.Add($"{id} granted");
                break;
            case Effect.PlaceLaunch(var id, var run, var main):
                _runs[run] = (id, main.Pid);
                if (!HoldsPlaces)
                    _events.Enqueue(new SystemEvent.Launch(id, new LaunchEvent.Placed(main)));
                break;
            case Effect.GoLaunch(var id):
                _story.Add($"{id} go");
                break;
            case Effect.WaitLaunch(var id, _):
                _story.Add($"{id} waits");
                break;
            case Effect.RefuseLaunch refused:
                Refusals.Add(refused);
                _story.Add($"{refused.Id} refused {refused.Code}");
                break;
            case Effect.EndLaunch(var id, var reason):
                Reasons[id] = reason;
                _story.Add(reason is null ? $"{id} ended" : $"{id} ended for a reason");
                break;
            case Effect.SignalMain(var run, var pid, var signal) when signal != Values.Signal.Cont:
                Signalled(run, pid, signal);
                break;
            case Effect.SignalRun(var run, var pid, var signal) when _runs.TryGetValue(run, out var of) && signal == Values.Signal.Kill:
                _story.Add($"{of.Id} SIGKILL to all");
                _events.Enqueue(new SystemEvent.MainEnded(run, pid, OthersLeft: false));
                _events.Enqueue(new SystemEvent.RunEmpty(run));
                break;
            case Effect.SignalTheRest:
                _events.Enqueue(new SystemEvent.ChildrenCollected(AnyLeft: false));
                break;
            case Effect.Report(var notice):
                Log.Add($"{notice}");
                Heard.Add(Supervisor.Told(notice));
                Supervisor.Window.Hear(Heard[^1]);
                break;
            case Effect.AnswerClient(_, var rows):
                _answer.AddRange(rows);
                break;
            case Effect.Exit(var code):
                ExitCode = code;
                _story.Add($"exit {code}");
                break;
        }
    }

    private void Signalled(long run, int pid, Signal signal)
    {
        if (_services.Remove(run))
            _events.Enqueue(new SystemEvent.ChildEnded(pid, ExitStatus.KilledBy(signal), null, OthersLeft: false));
        if (!_runs.TryGetValue(run, out var of))
            return;
        _story.Add($"{of.Id} {signal}");
        if (!Stubborn.Contains(of.Id))
            _events.Enqueue(new SystemEvent.MainEnded(run, pid, LeavesOthers.Contains(of.Id)));
    }
}
