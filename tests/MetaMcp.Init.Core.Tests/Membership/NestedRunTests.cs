using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;

namespace MetaMcp.Init.Core.Tests.Membership;

/// <summary>
/// Runs whose main process is not our child: a server that a gateway starts, and one that such a server starts. The nearest known
/// ancestor decides.
/// </summary>
public sealed class NestedRunTests
{
    private const int Gateway = 10;
    private readonly List<KnownChild> _children = [];
    private readonly List<KnownRun> _runs = [];
    private readonly Dictionary<int, long> _cookies = [];
    private ProcessSnapshot _now = new();
    private ProcessSnapshot _before = new();

    public NestedRunTests()
    {
        _children.Add(new KnownChild(Gateway, 1));
        _runs.Add(new KnownRun(1, Gateway));
        Look();
    }

    [Fact]
    public void A_server_below_a_gateway_is_of_its_own_run_and_the_gateway_is_not()
    {
        Process(11, Gateway);
        Root(12, parent: 11, run: 2);
        Process(13, parent: 12);
        Process(14, parent: 13, session: 14);
        Process(15, parent: Gateway);
        Assert.Equal("10:1 11:1 12:2 13:2 14:2 15:1", Members());
    }

    [Fact]
    public void Of_two_roots_above_a_process_the_nearer_counts()
    {
        Root(12, Gateway, run: 2);
        Process(13, parent: 12);
        Root(14, parent: 13, run: 3);
        Process(15, parent: 14);
        Process(16, parent: 13);
        Assert.Equal("10:1 12:2 13:2 14:3 15:3 16:2", Members());
    }

    /// <summary>A pid that is lower than its parent's has come round.</summary>
    [Fact]
    public void The_order_of_pids_says_nothing()
    {
        Process(9, parent: 40);
        Process(8, parent: 9);
        Root(40, Gateway, run: 2);
        Assert.Equal("8:2 9:2 10:1 40:2", Members());
    }

    [Fact]
    public void Another_process_with_the_pid_of_a_root_is_not_it()
    {
        Root(12, Gateway, run: 2, start: 600);
        Assert.Equal("10:1 12:2", Members());
        Look();
        Process(12, Gateway, start: 700);
        Process(13, parent: 12, start: 800);
        Assert.Equal("10:1 12:1 13:1", Members());
    }

    [Fact]
    public void What_is_given_to_us_when_its_parent_ends_stays_in_its_run()
    {
        Root(12, Gateway, run: 2);
        Process(13, parent: 12, session: 13);
        _ = Members();
        RootEnded(2);
        Look();
        Process(13, parent: 1, session: 13);
        Process(14, parent: 13, session: 14);
        Assert.Equal("10:1 13:2 14:2", Members());
    }

    /// <summary>The kernel gives it to the nearest subreaper above, which is of the run around.</summary>
    [Fact]
    public void What_is_given_to_a_subreaper_of_the_run_around_stays_in_its_run()
    {
        Process(11, Gateway);
        Root(12, parent: 11, run: 2);
        Process(13, parent: 12, session: 13);
        _ = Members();
        RootEnded(2);
        Look();
        Process(11, Gateway);
        Process(13, parent: 11, session: 13);
        Process(14, parent: 13, session: 14);
        Process(15, parent: 11);
        Assert.Equal("10:1 11:1 13:2 14:2 15:1", Members());
    }

    [Fact]
    public void Another_with_its_pid_that_the_subreaper_has_since_is_of_the_run_around()
    {
        Root(12, Gateway, run: 2);
        Process(13, parent: 12);
        _ = Members();
        RootEnded(2);
        Look();
        Process(13, Gateway, start: 900);
        Assert.Equal("10:1 13:1", Members());
    }

    /// <summary>A server was known to be of the run around before the launch was entered.</summary>
    [Fact]
    public void A_root_that_is_entered_later_takes_what_is_below_it()
    {
        Root(12, Gateway, run: 2);
        Process(13, parent: 12);
        Process(14, parent: 13);
        Assert.Equal("10:1 12:2 13:2 14:2", Members());
        Look();
        Process(12, Gateway);
        Root(13, parent: 12, run: 3);
        Process(14, parent: 13);
        Assert.Equal("10:1 12:2 13:3 14:3", Members());
    }

    /// <summary>The gateway's wrapper has lost its parent, and nothing tells whose it is; the server below tells its own run.</summary>
    [Fact]
    public void A_server_says_nothing_about_the_processes_above_it()
    {
        Process(11, parent: 1, session: 11);
        Root(12, parent: 11, run: 2);
        Process(13, parent: 12, session: 13);
        _cookies[13] = 2;
        Assert.Equal("10:1 12:2 13:2", Members());
        Look();
        Process(11, parent: 1, session: 11);
        Process(12, parent: 11);
        Process(13, parent: 12, session: 13);
        Assert.Equal("10:1 12:2 13:2", Members());
    }

    [Fact]
    public void A_process_of_a_nested_run_that_is_our_child_is_found_by_its_environment()
    {
        Root(12, Gateway, run: 2);
        Process(13, parent: 1, session: 13);
        _cookies[13] = 2;
        Assert.Equal("10:1 12:2 13:2", Members());
    }

    /// <summary>A service that names a main process which is not our child (MAINPID=).</summary>
    [Fact]
    public void A_main_process_of_the_run_itself_changes_nothing_of_that()
    {
        Process(11, Gateway);
        _now.Add(new ProcessStat(12, 500, 11, 12, 12, 1, false));
        _runs[0] = new KnownRun(1, Gateway) { Root = new ProcessKey(12, 500) };
        Process(13, parent: 12);
        Assert.Equal("10:1 11:1 12:1 13:1", Members());
    }

    /// <summary>Lines that nobody but a broken kernel, or a look in the middle of many ends, could give.</summary>
    [Fact]
    public void A_circle_ends()
    {
        Process(12, parent: 13, session: 99);
        Process(13, parent: 14, session: 99);
        Process(14, parent: 12, session: 99);
        Process(15, parent: 15, session: 99);
        Root(16, Gateway, run: 2);
        Assert.Equal("10:1 16:2", Members());
    }

    /// <summary>Each process is passed once up and once down, however long the line is.</summary>
    [Fact]
    public void A_line_of_65536_processes_is_followed_in_one_pass()
    {
        Root(12, Gateway, run: 2);
        for (var pid = 13; pid < (1 << 16) + 20; pid++)
            Process(pid, parent: pid - 1);
        var begun = System.Diagnostics.Stopwatch.StartNew();
        _ = Members();
        Assert.Equal(1 << 16, _now.Count);
        for (var at = 2; at < _now.Count; at++)
            Assert.Equal(2, _now[at].Run);
        Assert.True(begun.Elapsed < TimeSpan.FromSeconds(2), $"took {begun.Elapsed}");
    }

    private void Root(int pid, int parent, long run, ulong start = 500)
    {
        Process(pid, parent, start: start);
        _runs.Add(new KnownRun(run, 0) { Root = new ProcessKey(pid, start), IsNested = true });
    }

    /// <summary>The main process of a nested run is gone, and other processes of the run may be left.</summary>
    private void RootEnded(long run) => _runs[_runs.FindIndex(r => r.Number == run)] = new KnownRun(run, 0) { IsNested = true };

    private void Process(int pid, int parent, int session = Gateway, ulong start = 500) =>
        _now.Add(new ProcessStat(pid, start, parent, session, session, 1, false));

    /// <summary>Another look, of which only ourselves and the gateway are known yet.</summary>
    private void Look()
    {
        (_now, _before) = (_before, _now);
        _now.Clear();
        _now.Add(new ProcessStat(1, 0, 0, 1, 1, 2, false));
        Process(Gateway, parent: 1);
    }

    private string Members()
    {
        _ = RunMembership.Assign(
            _now, _before, self: 1, [.. _children], [.. _runs], pid => new RunClaim(_cookies.GetValueOrDefault(pid)));
        return string.Join(' ',
            Enumerable.Range(0, _now.Count).Where(at => _now[at].Run != 0).Select(at => $"{_now[at].Stat.Pid}:{_now[at].Run}"));
    }
}
