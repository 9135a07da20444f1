using MetaMcp.Init.Control;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Tests.Control;

public sealed class ReadingBudgetTests
{
    private static readonly Instant Now = new(1_000_000_000_000);
    private static readonly TimeSpan Took = TimeSpan.FromMilliseconds(1);

    private readonly ReadingBudget _budget = new();

    [Fact]
    public void After_an_answer_its_user_rests_for_twenty_times_as_long()
    {
        Assert.True(_budget.FreeAt(1000) <= Now);
        _budget.Spend(1000, Took, Now);
        Assert.Equal(Now + (Took * 20), _budget.FreeAt(1000));
        Assert.True(_budget.FreeAt(1001) <= Now);
    }

    [Fact]
    public void What_is_spent_while_a_user_rests_is_added()
    {
        _budget.Spend(1000, Took, Now);
        _budget.Spend(1000, Took, Now);
        Assert.Equal(Now + (Took * 40), _budget.FreeAt(1000));
    }

    [Fact]
    public void Time_in_which_nothing_was_asked_is_not_saved()
    {
        _budget.Spend(1000, Took, Now);
        _budget.Spend(1000, Took, Now + TimeSpan.FromHours(1));
        Assert.Equal(Now + TimeSpan.FromHours(1) + (Took * 20), _budget.FreeAt(1000));
    }

    [Fact]
    public void Users_whose_rest_is_over_make_room_and_the_others_stay()
    {
        for (var user = 0u; user < 63; user++)
            _budget.Spend(user, Took, Now);
        _budget.Spend(63, Took * 1000, Now + TimeSpan.FromMilliseconds(500));
        var later = Now + TimeSpan.FromSeconds(1);
        _budget.Spend(64, Took, later);
        // A second is the longest wait.
        Assert.Equal(Now + TimeSpan.FromMilliseconds(1500), _budget.FreeAt(63));
        Assert.Equal(later + (Took * 20), _budget.FreeAt(64));
        Assert.Equal(default, _budget.FreeAt(0));
    }

    [Fact]
    public void Any_number_of_users_at_once_takes_no_memory_without_end()
    {
        for (var user = 0u; user < 10_000; user++)
            _budget.Spend(user, Took, Now);
        Assert.InRange(Enumerable.Range(0, 10_000).Count(user => _budget.FreeAt((uint)user) > Now), 1, 64);
    }
}
