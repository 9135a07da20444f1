using System.Runtime.CompilerServices;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Kernel;
using MetaMcp.Init.Output;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Tests.Output;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Sweeping;

/// <summary>
/// The exit status of a main process was taken by other code. This must not happen; if it does, nothing may wait for that status.
/// </summary>
public sealed class SweepTests : IDisposable
{
    private readonly Connected _signals = Connected.Pipe();
    private readonly Connected _stdout = Connected.Pipe();
    private readonly Connected _stderr = Connected.Pipe();
    private readonly StandardOutputs _outputs;
    private readonly LinuxKernel _kernel;
    private readonly Queue<SystemEvent> _events = new();
    private readonly int _pid;
    private RunTable? _runs;

    public SweepTests()
    {
        var plan = Plan.Build(new Settings { Services = [new ServiceSettings { Name = "a", Command = ["/bin/sleep", "60"] }] }).Plan!;
        _outputs = StandardOutputs.Open(_stdout.Writer, _stderr.Writer);
        _kernel = RealKernel.Open(plan, _signals, _outputs, new OutputHub(_outputs, (_, _, _) => { }), runs => _runs = runs);
        _kernel.Perform(new Effect.Spawn(1, plan.Services[0].Settings), _events);
        _pid = Assert.IsType<SystemEvent.Spawned>(_events.Dequeue()).Pid;
        _events.Clear();
    }

    public void Dispose()
    {
        if (Reaper.IsChild(_pid))
            Steal();
        _outputs.Dispose();
        _signals.Dispose();
        _stdout.Dispose();
        _stderr.Dispose();
    }

    [Fact]
    public void A_process_that_runs_is_not_taken_to_be_gone()
    {
        _kernel.Perform(Asking(), _events);
        Assert.Empty(Assert.IsType<SystemEvent.Swept>(Assert.Single(_events)).Gone);
    }

    [Fact]
    public void A_process_that_is_no_child_any_more_is_reported_to_have_ended()
    {
        Steal();
        _kernel.Perform(Asking(), _events);
        var ended = Assert.IsType<SystemEvent.ChildEnded>(NextBesideItsStart());
        Assert.Equal((_pid, ExitStatus.Exited(ExitCodes.System)), (ended.Pid, ended.Status));
        Assert.Equal([_pid], Assert.IsType<SystemEvent.Swept>(_events.Dequeue()).Gone);
    }

    [Fact]
    public void A_probe_notices_too()
    {
        Steal();
        var probed =
            new ServiceSettings { Name = "a", Command = ["x"], Probe = new ProbeSettings { Target = new ProbeTarget.Tcp("127.0.0.1:1") } };
        _kernel.Perform(new Effect.SpawnProbe(1, probed), _events);
        Assert.Equal(_pid, Assert.IsType<SystemEvent.ChildEnded>(NextBesideItsStart()).Pid);
        // There is no service left to probe.
        Assert.Contains(_events, e => e is SystemEvent.ProbeSpawnFailed);
    }

    [Fact]
    public void It_is_told_once()
    {
        Steal();
        _kernel.Perform(Asking(), _events);
        _events.Clear();
        _kernel.Perform(Asking(), _events);
        Assert.Empty(Assert.IsType<SystemEvent.Swept>(Assert.Single(_events)).Gone);
    }

    [Fact]
    public void One_that_has_ended_and_waits_to_be_collected_is_still_a_child()
    {
        _ = kill(_pid, Signal.Kill.Number);
        Assert.True(SpinWait.SpinUntil(() => ProcessTable.TryRead(_pid, out var stat) && stat.IsDead, TimeSpan.FromSeconds(10)));
        _kernel.Perform(Asking(), _events);
        Assert.Empty(Assert.IsType<SystemEvent.Swept>(Assert.Single(_events)).Gone);
    }

    [Fact]
    public void A_signal_for_another_run_does_not_reach_the_one_that_has_its_pid()
    {
        _kernel.Perform(new Effect.SignalMain(2, _pid, Signal.Kill), _events);
        _kernel.Perform(new Effect.SignalMain(1, _pid, Signal.Term), _events);
        Assert.Equal(Signal.Term.Number, StatusOf(_pid));
    }

    [Fact]
    public void A_helper_is_known_by_the_run_it_works_for_until_it_is_collected()
    {
        var helpers = new HelperTable();
        helpers.Add(7, 1);
        Assert.True(helpers.IsOf(7, 1));
        Assert.False(helpers.IsOf(7, 2));
        helpers.Remove(7);
        Assert.False(helpers.IsOf(7, 1));
        Assert.Empty(helpers.Pids);
    }

    [Fact]
    public void A_start_whose_answer_was_lost_is_reported_by_the_next_sweep()
    {
        _kernel.Perform(new Effect.Sweep([new RunBelief(1, RunStage.Asked, 0)], [], [], Strangers: false), _events);
        var facts = Assert.Single(Assert.IsType<SystemEvent.Swept>(Assert.Single(_events)).Facts);
        Assert.Equal((_pid, true, true), (facts.Main, facts.IsThere, facts.HasMain));
    }

    [Fact]
    public void A_run_that_is_not_there_is_told_to_be_over()
    {
        RunBelief[] believed = [new(98, RunStage.Asked, 0), new(99, RunStage.Executed, 4711), new(97, RunStage.Collected, 0)];
        _kernel.Perform(new Effect.Sweep(believed, [], [], Strangers: false), _events);
        var facts = Assert.IsType<SystemEvent.Swept>(Assert.Single(_events)).Facts;
        Assert.Equal(believed, facts.Select(f => f.Believed));
        Assert.All(facts, f => Assert.False(f.IsThere || f.HasMain));
        Assert.Equal([0, 4711, 0], facts.Select(f => f.Main));
    }

    [Fact]
    public void How_a_run_ended_is_still_known_when_the_news_of_it_was_lost()
    {
        Steal();
        _kernel.Perform(Asking(), _events);
        _events.Clear();
        _kernel.Perform(Asking(), _events);
        var facts = Assert.Single(Assert.IsType<SystemEvent.Swept>(Assert.Single(_events)).Facts);
        Assert.Equal((false, _pid, ExitStatus.Exited(ExitCodes.System)), (facts.HasMain, facts.Main, facts.Status));
    }

    [Fact]
    public void Of_a_run_that_is_over_no_more_is_kept_than_how_it_ended()
    {
        var run = Run();
        Assert.True(run.IsAlive);
        EndAndTell();
        GC.Collect();
        Assert.False(run.IsAlive);
    }

    [Fact]
    public void A_run_that_the_supervisor_does_not_know_is_ended()
    {
        _kernel.Perform(new Effect.Sweep([], [], [], Strangers: false), _events);
        Assert.True(Reaper.IsChild(_pid));
        _kernel.Perform(new Effect.Sweep([], [], [], Strangers: false) { IsWhole = true }, _events);
        Assert.Equal(Signal.Kill.Number, StatusOf(_pid));
    }

    [Fact]
    public void A_helper_that_is_not_there_is_told_by_its_number()
    {
        _kernel.Perform(new Effect.Sweep([], [new HelperBelief(33, 1, 4711)], [], Strangers: false), _events);
        Assert.Equal([33], Assert.IsType<SystemEvent.Swept>(Assert.Single(_events)).LostHelpers);
    }

    private Effect.Sweep Asking(RunStage stage = RunStage.Executed) => new([new RunBelief(1, stage, _pid)], [], [], Strangers: false);

    /// <summary>A method of its own, so that its variables are gone when it returns.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference Run() => new(_runs!.Find(1));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EndAndTell()
    {
        Steal();
        _kernel.Perform(Asking(), _events);
        Assert.Null(_runs!.Find(1));
    }

    /// <summary>If the process had executed its program before it was ended, that is reported first.</summary>
    private SystemEvent NextBesideItsStart()
    {
        var next = _events.Dequeue();
        return next is SystemEvent.Executed ? _events.Dequeue() : next;
    }

    /// <summary>Waits for the end of a process; returns the signal that ended it.</summary>
    private static unsafe int StatusOf(int pid)
    {
        siginfo_t info;
        Assert.Equal(0, waitid(P_PID, (uint)pid, &info, WEXITED));
        return info.si_status;
    }

    /// <summary>Ends the process, and takes its exit status behind the back of the kernel's side.</summary>
    private unsafe void Steal()
    {
        _ = kill(_pid, Signal.Kill.Number);
        siginfo_t info;
        Assert.Equal(0, waitid(P_PID, (uint)_pid, &info, WEXITED));
    }
}
