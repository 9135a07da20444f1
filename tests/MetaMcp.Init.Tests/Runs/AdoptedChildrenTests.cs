using System.Runtime.InteropServices;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;

namespace MetaMcp.Init.Tests.Runs;

public sealed class AdoptedChildrenTests
{
    private readonly FakeProcesses _processes = new();
    private readonly List<KnownRun> _runs = [new KnownRun(7, 70), new KnownRun(8, 80, User: 1000)];
    private readonly HashSet<int> _started = [];
    private readonly List<ProcessStat> _census = [];
    private readonly Census _remembered;
    private readonly AdoptedChildren _adopted;

    public AdoptedChildrenTests()
    {
        _remembered = new Census(new InstanceCookie(1, new byte[SipHash.KeySize]), Read);
        _adopted = new AdoptedChildren(_processes, _remembered, _started.Contains, () => CollectionsMarshal.AsSpan(_runs));
        _adopted.MainEnded(7);
        _adopted.MainEnded(8);
    }

    [Fact]
    public void Without_children_one_list_tells()
    {
        Assert.False(_adopted.MayHave(7));
        Assert.Equal(1, _processes.Lists);
    }

    [Fact]
    public void A_turn_looks_for_no_longer_than_its_slice()
    {
        Strangers(6000);
        Assert.True(_adopted.MayHave(7));
        var most = (int)(AdoptedLooks.Slice / _processes.Cost) + 1;
        Assert.InRange(_processes.Looked.Count, 1, most);
        // It does not matter how often, and for which runs, the question is asked in one turn.
        Assert.True(_adopted.MayHave(8));
        _adopted.Continue();
        Assert.InRange(_processes.Looked.Count, 1, most);
        for (var turn = 0; !_adopted.IsSettled(); turn++)
        {
            Assert.True(turn < 1000);
            var before = _processes.Looked.Count;
            Turn();
            Assert.InRange(_processes.Looked.Count - before, 1, most);
        }
    }

    /// <summary>A client that lost its parent, and a server that it has launched; then one that lost its own.</summary>
    [Fact]
    public void A_process_of_a_nested_run_tells_nothing_of_those_above_it()
    {
        _runs.Add(new KnownRun(9, -1) { IsNested = true });
        _adopted.MainEnded(9);
        _processes.Add(900);
        _processes.Add(901, parent: 900, claim: 9);
        Settle();
        Assert.False(_adopted.Has(9));
        _processes.Add(902, claim: 9);
        _adopted.Expire();
        _ = _adopted.List();
        Settle();
        Assert.True(_adopted.Has(9));
    }

    [Fact]
    public void A_run_is_not_told_empty_before_all_were_looked_at()
    {
        Strangers(200);
        // The last child in the order of looks.
        _processes.Add(900_000, claim: 7);
        while (_adopted.MayHave(7) == true && !_adopted.Has(7))
            Turn();
        Assert.True(_adopted.Has(7));
        Assert.True(_adopted.MayHave(7));
        _processes.Remove(900_000);
        _adopted.Collected(900_000);
        Assert.False(_adopted.MayHave(7));
    }

    [Fact]
    public void Each_is_looked_at_once_however_often_services_end()
    {
        Strangers(500);
        Settle();
        Assert.Equal(500, _processes.Looked.Count);
        for (var end = 0; end < 20; end++)
        {
            _adopted.MainEnded(7);
            Turn();
            Assert.False(_adopted.MayHave(7));
        }
        Assert.Equal(500, _processes.Looked.Count);
    }

    [Fact]
    public void One_list_serves_for_all_that_end_at_once()
    {
        Strangers(500);
        Settle();
        var lists = _processes.Lists;
        _adopted.MainEnded(7);
        _adopted.MainEnded(8);
        Turn();
        Assert.False(_adopted.MayHave(7));
        Assert.False(_adopted.MayHave(8));
        Assert.Equal(1, _processes.Lists - lists);
    }

    /// <summary>Each list of thousands of children takes milliseconds.</summary>
    [Fact]
    public void While_children_are_looked_at_they_are_not_listed_again()
    {
        Strangers(6000);
        while (_adopted.MayHave(7) == true)
            Turn();
        Assert.Equal(1, _processes.Lists);
    }

    [Fact]
    public void A_child_that_came_to_us_while_its_parent_was_looked_at_is_still_found()
    {
        _processes.Add(900);
        _processes.Add(901, parent: 900, claim: 7);
        _processes.Looking = pid =>
        {
            if (pid != 900)
                return;
            _processes.Remove(900);
            _processes.Add(901, claim: 7);
        };
        while (_adopted.MayHave(7) == true && !_adopted.Has(7))
            Turn();
        Assert.True(_adopted.Has(7));
    }

    [Fact]
    public void A_descendant_of_a_process_that_ended_before_it_was_looked_at_is_still_found()
    {
        Strangers(200);
        _processes.Add(900);
        _processes.Add(901, parent: 900, claim: 7);
        Assert.True(_adopted.MayHave(7));
        _processes.Remove(900);
        _adopted.Collected(900);
        _processes.Add(901, claim: 7);
        while (_adopted.MayHave(7) == true && !_adopted.Has(7))
            Turn();
        Assert.True(_adopted.Has(7));
    }

    /// <summary>Any service can make new children of ours without end; the end of a run is reported all the same.</summary>
    [Fact]
    public void Those_that_come_later_do_not_hold_it_up()
    {
        var next = 1000;
        for (var turn = 0; turn < 50; turn++)
        {
            for (var count = 0; count < 15; count++)
                _processes.Add(next++);
            // Another run asks in each turn, so the children are listed.
            _adopted.MainEnded(8);
            Turn();
            _ = _adopted.MayHave(8);
            if (_adopted.MayHave(7) == false)
                return;
        }
        Assert.Fail("not told in 50 turns");
    }

    [Theory]
    [InlineData(70, 0L, null, true)]
    [InlineData(0, 7L, null, true)]
    [InlineData(0, 8L, 1000u, true)]
    [InlineData(0, 8L, 1001u, false)]
    [InlineData(0, 9L, null, false)]
    public void Evidence_counts_of_itself_and_of_those_below_it(int session, long claim, uint? user, bool counts)
    {
        _processes.Add(900, session: session, claim: claim, user: user);
        _processes.Add(910);
        _processes.Add(911, parent: 910);
        _processes.Add(912, parent: 911, session: session, claim: claim, user: user);
        Settle();
        var known = new List<KnownChild>();
        _adopted.AddKnown(known);
        var run = claim == 8 ? 8 : 7;
        Assert.Equal(counts ? [new KnownChild(900, run), new KnownChild(910, run)] : [], known.OrderBy(child => child.Pid));
    }

    [Fact]
    public void One_that_a_look_had_known_before_it_lost_its_parent_is_known_still()
    {
        _census.AddRange([Stat(Environment.ProcessId, 0), Stat(70, Environment.ProcessId), Stat(900, 70)]);
        Assert.True(_remembered.Look([new KnownChild(70, 7)], CollectionsMarshal.AsSpan(_runs)).IsSuccess);
        _processes.Add(900);
        Settle();
        Assert.True(_adopted.Has(7));
    }

    [Fact]
    public void An_empty_environment_is_looked_at_twice()
    {
        // In the middle of an exec the environment is empty.
        _processes.Add(900, sight: Sight.Partial);
        Assert.True(_adopted.List());
        Turn();
        Assert.False(_adopted.IsSettled());
        _processes.Add(900, claim: 7);
        Settle();
        Assert.True(_adopted.Has(7));
    }

    /// <summary>At the first look the child may have been about to execute the program that names its run.</summary>
    [Fact]
    public void A_child_of_no_run_is_looked_at_once_more_and_no_question_waits_for_that()
    {
        _processes.Add(900);
        Settle();
        Assert.True(_adopted.IsStranger(900));
        Assert.True(_adopted.Due > _processes.Now);
        _processes.Add(900, claim: 7);
        Turn();
        Assert.True(_adopted.IsStranger(900));
        _processes.Pass(TimeSpan.FromMilliseconds(100));
        Turn();
        Assert.True(_adopted.Has(7));
        Assert.Equal(2, _processes.Looked.Count);
        Assert.Equal(Instant.Never, _adopted.Due);
    }

    [Fact]
    public void A_child_that_shows_its_run_later_can_be_looked_at_again()
    {
        _processes.Add(900);
        Settle();
        _processes.Add(900, claim: 7);
        _adopted.LookAgainAt(900);
        Assert.False(_adopted.IsStranger(900));
        Settle();
        Assert.True(_adopted.Has(7));
    }

    [Fact]
    public void A_child_whose_environment_cannot_be_read_for_a_blocked_thread_is_read_again_when_a_run_ends()
    {
        _processes.Add(900, sight: Sight.Blocked);
        Settle();
        Assert.False(_adopted.Has(7));
        _processes.Add(900, claim: 7);
        _adopted.MainEnded(7);
        Turn();
        Assert.True(_adopted.MayHave(7));
        Settle();
        Assert.True(_adopted.Has(7));
    }

    [Fact]
    public void One_that_no_look_shows_may_be_of_any_run()
    {
        _processes.Add(900, sight: Sight.Hidden);
        Settle();
        Assert.True(_adopted.MayHave(7));
        _processes.Remove(900);
        _adopted.Collected(900);
        Assert.False(_adopted.MayHave(7));
    }

    [Fact]
    public void Without_a_descriptor_to_look_with_nothing_is_known_and_it_is_tried_again_later()
    {
        _processes.Add(900, sight: Sight.Shortage);
        Assert.True(_adopted.MayHave(7));
        Turn();
        Assert.True(_adopted.MayHave(7));
        // It is not tried over and over without a pause.
        Assert.InRange(_processes.Looked.Count, 1, 2);
        Assert.True(_adopted.Due > _processes.Now);
        _processes.Add(900);
        _processes.Pass(TimeSpan.FromSeconds(1));
        Settle();
        Assert.False(_adopted.MayHave(7));
    }

    [Fact]
    public void A_pid_that_comes_round_is_another_child()
    {
        _processes.Add(900, claim: 7);
        Settle();
        _adopted.Collected(900);
        _processes.Add(900);
        _adopted.Expire();
        Settle();
        Assert.False(_adopted.Has(7));
        Assert.True(_adopted.IsStranger(900));
    }

    [Fact]
    public void Children_that_we_started_are_not_among_them()
    {
        _started.Add(900);
        _processes.Add(900, claim: 7);
        Settle();
        Assert.Empty(_processes.Looked);
        Assert.False(_adopted.MayHave(7));
    }

    [Fact]
    public void A_tree_without_an_end_does_not_hold_up_the_others()
    {
        for (var pid = 1000; pid < 9000; pid++)
            _processes.Add(pid, parent: pid == 1000 ? 1 : 1000);
        _processes.Add(9001, claim: 7);
        Settle();
        Assert.True(_adopted.Has(7));
        Assert.InRange(_processes.Looked.Count, 1, 5000);
    }

    private static ProcessStat Stat(int pid, int parent) => new(pid, 1, parent, pid, pid, 1, false);

    private void Strangers(int count)
    {
        for (var pid = 100; pid < 100 + count; pid++)
            _processes.Add(pid * 10);
    }

    private void Turn()
    {
        _adopted.BeginTurn();
        _adopted.Expire();
        _adopted.Continue();
    }

    private void Settle()
    {
        Assert.True(_adopted.List());
        for (var turn = 0; !_adopted.IsSettled(); turn++)
        {
            Assert.True(turn < 10_000);
            _processes.Pass(TimeSpan.FromMilliseconds(1));
            Turn();
        }
    }

    private Errno Read(ProcessSnapshot into, Func<int, bool>? isLeftOut, out bool isWhole)
    {
        into.Clear();
        isWhole = true;
        _census.ForEach(into.Add);
        return Errno.None;
    }
}
