using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;

namespace MetaMcp.Init.Tests.Runs;

/// <summary>Runs without a cgroup, on looks whose results a test makes up.</summary>
public sealed class RunTableTests
{
    /// <summary>A number beyond every possible pid: a signal to it or to its group reaches no process.</summary>
    private const int Nobody = int.MaxValue - 1;

    private readonly List<ProcessStat> _shown = [Stat(Environment.ProcessId, 0), Stat(Nobody, Environment.ProcessId)];
    private readonly ServiceRun _run = new(1, "a") { Pid = Nobody };
    private readonly Census _census;
    private readonly RunTable _runs;
    private readonly FakeProcesses _processes = new();
    private readonly List<SystemEvent> _told = [];
    private int _looks;
    private Errno _refused;
    private bool _isWhole = true;

    public RunTableTests()
    {
        _census = new Census(new InstanceCookie(1, new byte[SipHash.KeySize]), Read);
        _runs = new RunTable(
            _ => { }, _ => { }, _census, [], _processes, new ForeignMains((_, _) => { }, _ => { }, (_, _) => { }), _told.Add);
        _runs.Add(_run);
    }

    [Fact]
    public void A_run_is_gone_after_a_few_looks_that_found_no_process_though_each_was_torn()
    {
        _isWhole = false;
        _shown.RemoveAt(1);
        _runs.Signal(_run, Signal.Kill);
        Assert.True(_runs.IsKilling);
        Killed();
    }

    [Fact]
    public void A_process_that_could_not_be_sent_SIGKILL_is_not_taken_for_killed()
    {
        Assert.True(_census.Look([new KnownChild(Nobody, 1)], [new KnownRun(1, Nobody)]).IsSuccess);
        Assert.True(_census.HasMembers(1));
        Assert.False(_census.Kill(1));
    }

    [Fact]
    public void A_look_that_was_refused_forgets_no_process()
    {
        // The process is in no session of the run, and is known only because it was seen below the main process.
        _shown.Add(Stat(Nobody - 1, Nobody));
        ReadOnlySpan<KnownRun> runs = [new KnownRun(1, Nobody)];
        Assert.True(_census.Look([new KnownChild(Nobody, 1)], runs).IsSuccess);
        _refused = new Errno(Errno.EMFILE);
        Assert.Equal(_refused, _census.Look([], runs));
        Assert.Equal(_refused, _census.Look([], runs));
        _refused = Errno.None;
        _shown.RemoveAt(1);
        _shown[1] = Stat(Nobody - 1, Environment.ProcessId);
        Assert.True(_census.Look([], runs).IsSuccess);
        Assert.True(_census.HasMembers(1));
    }

    [Fact]
    public void Where_children_cannot_be_listed_and_there_is_no_descriptor_to_look_with_something_is_left()
    {
        _processes.CanList = false;
        _ = _runs.TakeMain(Nobody);
        foreach (var shortage in (int[])[Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM])
        {
            _refused = new Errno(shortage);
            _runs.Expire();
            Assert.True(_runs.HasOthers(_run));
        }
        // Without /proc, the process group shows whether the run has processes.
        _refused = new Errno(Errno.ENOENT);
        _runs.Expire();
        Assert.False(_runs.HasOthers(_run));
    }

    [Fact]
    public void Those_that_are_killed_at_once_share_the_looks()
    {
        for (var number = 2; number <= 100; number++)
        {
            var run = new ServiceRun(number, "a") { Pid = Nobody - number };
            _runs.Add(run);
            _runs.Signal(run, Signal.Kill);
        }
        Assert.Equal(0, _looks);
        Killed();
        Assert.InRange(_looks, 1, 3);
    }

    [Fact]
    public void A_signal_to_what_a_run_left_needs_no_look_where_nothing_of_it_is_there()
    {
        _processes.Add(900);
        _ = _runs.TakeMain(Nobody);
        Assert.False(_runs.HasOthers(_run));
        _runs.Signal(_run, Signal.Term);
        Assert.Equal(0, _looks);
    }

    /// <summary>On a busy machine the look takes more than one slice.</summary>
    [Fact]
    public void A_signal_waits_for_those_that_are_there_and_for_none_that_came_later()
    {
        Assert.Same(_run, _runs.TakeMain(Nobody));
        _processes.Cost = TimeSpan.FromMilliseconds(1);
        for (var pid = 500; pid < 520; pid++)
            _processes.Add(pid);
        _processes.Add(520, claim: 1);
        var next = 1000;
        _processes.Listing = () => _processes.Add(next++);
        _runs.Signal(_run, Signal.Term);
        _runs.Signal(_run, Signal.Cont);
        Assert.Equal(0, _looks);
        for (var turn = 0; turn < 100 && _looks == 0; turn++)
        {
            _runs.Expire();
            _ = _runs.HasOthers(_run);
            _ = _runs.Continue();
        }
        Assert.Equal(1, _looks);
    }

    [Fact]
    public void The_processes_that_a_signal_goes_to_are_told_once()
    {
        _processes.CanList = false;
        _ = _runs.TakeMain(Nobody);
        _run.IsRestToBeTold = true;
        _runs.Signal(_run, Signal.Term);
        _runs.Signal(_run, Signal.Cont);
        var told = Assert.IsType<SystemEvent.RestSignalled>(Assert.Single(_told));
        Assert.Equal((1L, (int?)1), (told.RunNumber, told.Processes));
    }

    [Fact]
    public void Where_processes_cannot_be_listed_their_number_is_not_known()
    {
        _processes.CanList = false;
        _ = _runs.TakeMain(Nobody);
        _refused = new Errno(Errno.ENOENT);
        _run.IsRestToBeTold = true;
        _runs.Signal(_run, Signal.Term);
        Assert.Null(Assert.IsType<SystemEvent.RestSignalled>(Assert.Single(_told)).Processes);
    }

    private void Killed() => Assert.True(SpinWait.SpinUntil(() => _runs.KillOn() && !_runs.IsKilling, TimeSpan.FromSeconds(10)));

    private static ProcessStat Stat(int pid, int parent) => new(pid, 1, parent, pid, pid, 1, false);

    private Errno Read(ProcessSnapshot into, Func<int, bool>? isLeftOut, out bool isWhole)
    {
        _looks++;
        into.Clear();
        isWhole = _isWhole;
        if (_refused.IsSuccess)
            _shown.ForEach(into.Add);
        return _refused;
    }
}
