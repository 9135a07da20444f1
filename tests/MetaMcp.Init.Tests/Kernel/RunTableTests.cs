using System.Diagnostics;
using System.Globalization;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Kernel;
using MetaMcp.Init.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Kernel;

/// <summary>Runs without a cgroup, on looks that show what a test says.</summary>
public sealed class RunTableTests
{
    /// <summary>Beyond every pid there can be: signals to it and to its group reach nobody.</summary>
    private const int Nobody = int.MaxValue - 1;

    private readonly List<ProcessStat> _shown = [Stat(Environment.ProcessId, 0), Stat(Nobody, Environment.ProcessId)];
    private readonly ServiceRun _run = new(0, 1) { Pid = Nobody };
    private readonly Census _census;
    private readonly RunTable _runs;
    private Errno _refused;
    private bool _isWhole = true;

    public RunTableTests()
    {
        _census = new Census(new InstanceCookie(1, new byte[SipHash.KeySize]), Read);
        _runs = new RunTable(_ => { }, _ => { }, _census, []);
        _runs.Add(_run);
    }

    [Fact]
    public void A_run_is_gone_after_a_few_looks_that_found_nobody_though_each_was_torn()
    {
        _isWhole = false;
        _shown.RemoveAt(1);
        _runs.Signal(_run, Signal.Kill);
        Assert.False(_runs.IsKilling);
    }

    [Fact]
    public void Who_could_not_be_sent_SIGKILL_is_not_taken_for_killed()
    {
        Assert.True(_census.Look([new KnownChild(Nobody, 1)], [new KnownRun(1, Nobody)]).IsSuccess);
        Assert.True(_census.HasMembers(1));
        Assert.False(_census.Kill(1));
    }

    [Fact]
    public void A_look_that_was_refused_forgets_nobody()
    {
        // In no session of the run's: it is known only by having been seen below its main process.
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
    public void Without_a_descriptor_to_look_with_something_is_left()
    {
        using var child = UnknownChild();
        _ = _runs.TakeMain(Nobody);
        foreach (var shortage in (int[])[Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM])
        {
            _refused = new Errno(shortage);
            _runs.Expire();
            Assert.True(_runs.HasOthers(_run));
        }
        // Without /proc the process group tells.
        _refused = new Errno(Errno.ENOENT);
        _runs.Expire();
        Assert.False(_runs.HasOthers(_run));
        child.Kill();
    }

    [Fact]
    public void A_child_that_no_look_shows_may_be_what_is_left()
    {
        using var child = UnknownChild();
        _ = _runs.TakeMain(Nobody);
        _shown.RemoveAt(1);
        Assert.True(_runs.HasOthers(_run));
        child.Kill();
    }

    /// <summary>One that lost its parent: those we start belong to whichever thread did, those given to us to the first.</summary>
    private static Process UnknownChild()
    {
        _ = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        try
        {
            using var parent = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "sleep 60 >/dev/null & echo $!"]) { RedirectStandardOutput = true })!;
            var child = Process.GetProcessById(int.Parse(parent.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture));
            parent.WaitForExit();
            return child;
        }
        finally
        {
            _ = prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
        }
    }

    private static ProcessStat Stat(int pid, int parent) => new(pid, 1, parent, pid, pid, 1, false);

    private Errno Read(ProcessSnapshot into, out bool isWhole)
    {
        into.Clear();
        isWhole = _isWhole;
        if (_refused.IsSuccess)
            _shown.ForEach(into.Add);
        return _refused;
    }
}
