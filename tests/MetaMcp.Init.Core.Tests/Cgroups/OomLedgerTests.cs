using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Cgroups;

/// <summary>Counts as memory.events has them, and the limit that follows from them.</summary>
public sealed class OomLedgerTests
{
    private static readonly OomCounts Start = new(Oom: 0, OomBelow: 0, Kills: 0, GroupKills: 0, WorkloadOom: 5, ContainerOom: 2);
    private static readonly Instant Now = new(1_000_000_000_000);
    private readonly OomLedger _ledger = new();

    [Fact]
    public void A_run_that_hits_its_own_cap_has_both_counts_raised() =>
        Assert.Equal(new OomKills(3, OomOrigin.Own), _ledger.Take(1, Start, Start with { Oom = 1, OomBelow = 1, Kills = 3 }, Now));

    [Fact]
    public void A_kill_without_a_hit_of_its_own_is_for_the_cap_above_that_was_hit() =>
        Assert.Equal(new OomKills(1, OomOrigin.Workload), _ledger.Take(1, Start, Start with { Kills = 1, WorkloadOom = 6 }, Now));

    [Fact]
    public void Above_the_workload_there_is_the_container() =>
        Assert.Equal(new OomKills(1, OomOrigin.Container), _ledger.Take(1, Start, Start with { Kills = 1, ContainerOom = 3 }, Now));

    [Fact]
    public void A_limit_above_the_container_cannot_be_seen_from_inside() =>
        Assert.Equal(new OomKills(1, OomOrigin.Outside), _ledger.Take(1, Start, Start with { Kills = 1 }, Now));

    [Fact]
    public void Its_own_cap_comes_before_one_above_that_others_hit_meanwhile() =>
        Assert.Equal(new OomKills(1, OomOrigin.Own), _ledger.Take(1, Start, new OomCounts(1, 1, 1, 0, 6, 3), Now));

    [Fact]
    public void Where_all_of_a_cgroup_is_killed_the_count_of_processes_is_one_too_many_and_not_told() =>
        Assert.Equal(
            new OomKills(null, OomOrigin.Own),
            _ledger.Take(1, Start, Start with { Oom = 1, OomBelow = 1, Kills = 2, GroupKills = 1 }, Now));

    [Fact]
    public void A_reading_between_the_chosen_one_and_the_others_is_for_the_limit_of_the_first()
    {
        var chosen = Start with { Kills = 1, ContainerOom = 3 };
        Assert.Equal(new OomKills(1, OomOrigin.Container), _ledger.Take(1, Start, chosen, Now));
        Assert.Equal(new OomKills(null, OomOrigin.Container), _ledger.Take(1, Start, chosen with { Kills = 2, GroupKills = 1 }, Now));
        Assert.Null(_ledger.Take(1, Start, chosen with { Kills = 4, GroupKills = 1 }, Now));
    }

    [Fact]
    public void A_kill_of_all_is_for_the_machine_where_nothing_before_was_hit() =>
        Assert.Equal(new OomKills(null, OomOrigin.Outside), _ledger.Take(1, Start, Start with { Kills = 2, GroupKills = 1 }, Now));

    [Fact]
    public void A_process_that_outlives_the_kill_of_all_may_hit_a_limit_again()
    {
        _ledger.Take(1, Start, Start with { Oom = 1, OomBelow = 1, Kills = 2, GroupKills = 1 }, Now);
        Assert.Equal(new OomKills(null, OomOrigin.Workload), _ledger.Take(1, Start, new OomCounts(1, 1, 4, 2, 6, 2), Now));
    }

    [Fact]
    public void A_hit_that_killed_no_process_is_not_reported() =>
        Assert.Null(_ledger.Take(1, Start, Start with { Oom = 9, OomBelow = 9 }, Now));

    [Fact]
    public void A_reading_between_the_hit_and_its_kill_does_not_lose_the_hit()
    {
        Assert.Null(_ledger.Take(1, Start, Start with { Oom = 1, OomBelow = 1 }, Now));
        Assert.Equal(new OomKills(1, OomOrigin.Own), _ledger.Take(1, Start, Start with { Oom = 1, OomBelow = 1, Kills = 1 }, Now));
    }

    [Fact]
    public void The_second_time_only_what_is_new_is_told()
    {
        _ledger.Take(1, Start, Start with { Oom = 1, OomBelow = 1, Kills = 1 }, Now);
        Assert.Null(_ledger.Take(1, Start, Start with { Oom = 1, OomBelow = 1, Kills = 1 }, Now));
        Assert.Equal(new OomKills(2, OomOrigin.Own), _ledger.Take(1, Start, Start with { Oom = 2, OomBelow = 2, Kills = 3 }, Now));
        Assert.Equal(new OomKills(1, OomOrigin.Workload), _ledger.Take(1, Start, new OomCounts(2, 2, 4, 0, 6, 2), Now));
    }

    [Fact]
    public void One_hit_of_the_workload_may_kill_of_several_runs()
    {
        var after = Start with { Kills = 1, WorkloadOom = 6 };
        Assert.Equal(OomOrigin.Workload, _ledger.Take(1, Start, after, Now)!.Origin);
        Assert.Equal(OomOrigin.Workload, _ledger.Take(2, Start, after, Now)!.Origin);
    }

    [Fact]
    public void A_run_that_was_forgotten_begins_anew()
    {
        _ledger.Take(1, Start, Start with { Oom = 1, OomBelow = 1, Kills = 1 }, Now);
        _ledger.Forget(1);
        Assert.Equal(1, _ledger.Take(1, Start, Start with { Oom = 1, OomBelow = 1, Kills = 1 }, Now)!.Processes);
    }

    [Fact]
    public void A_limit_that_the_service_gave_itself_is_not_its_memory_max() =>
        Assert.Equal(new OomKills(1, OomOrigin.Nested), _ledger.Take(1, Start, Start with { OomBelow = 1, Kills = 1 }, Now));

    [Fact]
    public void A_hit_above_that_killed_another_long_ago_explains_nothing()
    {
        Assert.Equal(OomOrigin.Workload, _ledger.Take(1, Start, Start with { Kills = 1, WorkloadOom = 6 }, Now)!.Origin);
        var later = Now + OomLedger.Patience + TimeSpan.FromSeconds(1);
        Assert.Equal(OomOrigin.Outside, _ledger.Take(2, Start, Start with { Kills = 1, WorkloadOom = 6 }, later)!.Origin);
    }

    [Theory]
    [InlineData("low 0\nhigh 0\nmax 30\noom 3\noom_kill 3\n", 3)]
    [InlineData("low 0\nhigh 0\nmax 30\noom 3\noom_kill 6\noom_group_kill 3\n", 3)]
    [InlineData("oom_kill 1\noom_group_kill 2\n", 0)]
    [InlineData("", 0)]
    public void The_process_that_was_chosen_first_counts_once(string file, long killed) =>
        Assert.Equal(killed, OomCounts.Killed(System.Text.Encoding.ASCII.GetBytes(file)));
}
