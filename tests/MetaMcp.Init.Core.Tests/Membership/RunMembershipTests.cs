using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;

namespace MetaMcp.Init.Core.Tests.Membership;

public sealed class RunMembershipTests
{
    private readonly List<KnownChild> _children = [];
    private readonly List<KnownRun> _runs = [];
    private readonly Dictionary<int, long> _cookies = [];
    private readonly Dictionary<int, uint> _users = [];
    private readonly List<int> _asked = [];
    private ProcessSnapshot _now = new();
    private ProcessSnapshot _before = new();
    private int _self = 1;
    private bool _isWhole;

    public RunMembershipTests() => _now.Add(new ProcessStat(1, 0, 0, 1, 1, 2, false));

    [Fact]
    public void Descendants_of_a_main_process_belong_to_its_run()
    {
        Main(10, run: 1);
        Main(20, run: 2);
        Process(11, parent: 10, session: 10);
        Process(12, parent: 11, session: 12);
        Process(21, parent: 20, session: 20);
        Assert.Equal("10:1 11:1 12:1 20:2 21:2", Members());
        Assert.True(_isWhole);
    }

    [Fact]
    public void A_daemon_in_the_session_of_a_main_process_that_was_collected_is_of_its_run()
    {
        Ended(10, run: 1);
        Process(11, parent: 1, session: 10);
        Process(12, parent: 11, session: 12);
        Assert.Equal("11:1 12:1", Members());
    }

    [Fact]
    public void A_daemon_that_was_known_before_it_left_everything_is_found_still()
    {
        Main(10, run: 1);
        Process(11, parent: 10, session: 10);
        _ = Members();
        Next();
        Ended(10, run: 1);
        Process(11, parent: 1, session: 11);
        Assert.Equal("11:1", Members());
    }

    [Fact]
    public void Another_that_has_its_number_by_now_is_not_it()
    {
        Main(10, run: 1);
        Process(11, parent: 10, session: 10);
        _ = Members();
        Next();
        Ended(10, run: 1);
        Process(11, parent: 1, session: 11, start: 900);
        Assert.Equal("", Members());
    }

    [Fact]
    public void A_daemon_in_a_session_of_its_own_is_found_by_its_environment()
    {
        Ended(10, run: 1);
        Process(11, parent: 1, session: 11);
        _cookies[11] = 1;
        Assert.Equal("11:1", Members());
    }

    [Theory]
    // A process of root may have changed to any user, and a process whose user could not be read may have been root.
    [InlineData(null, 7u, true)]
    [InlineData(7u, 7u, true)]
    [InlineData(7u, 8u, false)]
    [InlineData(7u, 0u, false)]
    [InlineData(7u, null, false)]
    public void An_environment_counts_where_its_process_has_the_user_of_the_run(uint? ofRun, uint? ofProcess, bool counts)
    {
        _runs.Add(new KnownRun(1, 10, ofRun));
        Process(11, parent: 1, session: 11);
        _cookies[11] = 1;
        if (ofProcess is { } user)
            _users[11] = user;
        Assert.Equal(counts ? "11:1" : "", Members());
    }

    [Fact]
    public void Environments_are_read_only_where_nothing_else_tells()
    {
        Main(10, run: 1);
        Ended(20, run: 2);
        Process(11, parent: 10, session: 11);
        Process(21, parent: 1, session: 20);
        Process(31, parent: 1, session: 31);
        _ = Members();
        Assert.Equal([31], _asked);
    }

    [Fact]
    public void A_process_whose_child_is_of_a_run_started_it_and_is_too()
    {
        Ended(10, run: 1);
        Process(11, parent: 1, session: 11);
        Process(12, parent: 11, session: 10);
        Assert.Equal("11:1 12:1", Members());
    }

    [Fact]
    public void A_process_of_docker_exec_belongs_to_no_run_whatever_it_claims()
    {
        Main(10, run: 1);
        Process(50, parent: 0, session: 0);
        Process(51, parent: 50, session: 10);
        _cookies[50] = _cookies[51] = 1;
        Assert.Equal("10:1", Members());
    }

    [Fact]
    public void A_probe_and_its_children_belong_to_no_run()
    {
        Main(10, run: 1);
        Process(30, parent: 1, session: 30);
        Process(31, parent: 30, session: 10);
        _children.Add(new KnownChild(30, 0));
        _cookies[30] = 1;
        Assert.Equal("10:1", Members());
    }

    [Fact]
    public void Where_we_are_not_first_only_our_descendants_can_be()
    {
        _self = 5;
        Process(5, parent: 1, session: 5);
        Ended(10, run: 1);
        Process(11, parent: 5, session: 10);
        Process(12, parent: 1, session: 10);
        _cookies[12] = 1;
        Assert.Equal("11:1", Members());
    }

    [Fact]
    public void Of_two_runs_whose_main_process_had_the_same_number_the_later_has_the_session()
    {
        Ended(10, run: 1);
        Ended(10, run: 2);
        Process(11, parent: 1, session: 10);
        Assert.Equal("11:2", Members());
    }

    [Fact]
    public void A_run_that_is_over_has_no_members()
    {
        Process(11, parent: 1, session: 10);
        _cookies[11] = 1;
        Assert.Equal("", Members());
    }

    [Fact]
    public void A_parent_that_went_while_we_looked_leaves_its_child_to_us()
    {
        Ended(10, run: 1);
        Process(11, parent: 9, session: 10);
        Assert.Equal("11:1", Members());
        Assert.False(_isWhole);
    }

    [Fact]
    public void A_parent_that_started_later_is_another()
    {
        Main(10, run: 1);
        Process(12, parent: 10, session: 12, start: 800);
        Process(11, parent: 12, session: 11, start: 700);
        Assert.Equal("10:1 12:1", Members());
        Assert.False(_isWhole);
    }

    [Fact]
    public void A_circle_is_no_end_of_it()
    {
        Process(11, parent: 12, session: 11);
        Process(12, parent: 11, session: 12);
        Assert.Equal("", Members());
        Assert.False(_isWhole);
    }

    [Fact]
    public void A_long_line_of_ancestors_is_followed()
    {
        Main(10, run: 1);
        for (var pid = 11; pid < 3000; pid++)
            Process(pid, parent: pid - 1, session: pid);
        Assert.Equal(2990, Members().Split(' ').Length);
    }

    [Fact]
    public void A_process_that_was_killed_is_remembered()
    {
        Ended(10, run: 1);
        Process(11, parent: 1, session: 10);
        _ = Members();
        _now[_now.Find(11)].IsKilled = true;
        Next();
        Process(11, parent: 1, session: 10);
        Process(12, parent: 1, session: 10);
        _ = Members();
        Assert.Equal([true, false], [_now[_now.Find(11)].IsKilled, _now[_now.Find(12)].IsKilled]);
    }

    [Fact]
    public void Those_listed_out_of_order_are_found_all_the_same()
    {
        var snapshot = new ProcessSnapshot();
        foreach (var pid in (int[])[7, 3, 9, 1, 8])
            snapshot.Add(new ProcessStat(pid, 1, 0, 0, 0, 1, false));
        Assert.Equal([1, 3, 7, 8, 9], Enumerable.Range(0, 5).Select(at => snapshot[at].Stat.Pid));
        Assert.Equal(2, snapshot.Find(7));
        Assert.Equal(-1, snapshot.Find(2));
    }

    private void Main(int pid, long run)
    {
        Process(pid, parent: _self, session: pid);
        _children.Add(new KnownChild(pid, run));
        _runs.Add(new KnownRun(run, pid));
    }

    /// <summary>The main process of the run was collected.</summary>
    private void Ended(int main, long run)
    {
        _children.RemoveAll(c => c.Run == run);
        if (!_runs.Contains(new KnownRun(run, main)))
            _runs.Add(new KnownRun(run, main));
    }

    private void Process(int pid, int parent, int session, ulong start = 500) =>
        _now.Add(new ProcessStat(pid, start, parent, session, session, 1, false));

    private void Next()
    {
        (_now, _before) = (_before, _now);
        _now.Clear();
        _now.Add(new ProcessStat(1, 0, 0, 1, 1, 2, false));
    }

    private string Members()
    {
        _isWhole = RunMembership.Assign(_now, _before, _self, [.. _children], [.. _runs], pid =>
        {
            _asked.Add(pid);
            return new RunClaim(_cookies.GetValueOrDefault(pid), _users.TryGetValue(pid, out var user) ? user : null);
        });
        return string.Join(' ',
            Enumerable.Range(0, _now.Count).Where(at => _now[at].Run != 0).Select(at => $"{_now[at].Stat.Pid}:{_now[at].Run}"));
    }
}
