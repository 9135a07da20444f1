using CsCheck;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Supervision;

public sealed class DeadlineHeapTests
{
    private const int Owners = 12;

    [Fact]
    public void It_behaves_as_a_list_that_is_searched_each_time()
    {
        // 0 to 11: set a deadline; 12, 13: clear it; 14, 15: take the deadlines that have come.
        Gen.Select(Gen.Int[0, 15], Gen.Int[0, Owners - 1], Gen.Int[0, 30]).Array[0, 120].Sample(
            steps =>
            {
                var heap = new DeadlineHeap(Owners);
                var model = Enumerable.Repeat(Instant.Never, Owners).ToArray();
                foreach (var (action, owner, time) in steps)
                {
                    if (action >= 14)
                    {
                        var now = new Instant(time);
                        var taken = heap.TakeDue(now);
                        if (taken < 0)
                            Assert.True(model.Min() > now);
                        else
                        {
                            Assert.Equal(model.Min(), model[taken]);
                            Assert.True(model[taken] <= now);
                            model[taken] = Instant.Never;
                        }
                    }
                    else
                    {
                        var at = action >= 12 ? Instant.Never : new Instant(time);
                        heap.Set(owner, at);
                        model[owner] = at;
                    }
                    Assert.Equal(model.Min(), heap.Earliest);
                }
                foreach (var left in model.Where(d => d != Instant.Never).Order())
                {
                    Assert.Equal(left, heap.Earliest);
                    Assert.InRange(heap.TakeDue(left), 0, Owners - 1);
                }
                Assert.Equal(-1, heap.TakeDue(new Instant(long.MaxValue - 1)));
            },
            iter: 2_000);
    }

    [Fact]
    public void No_owner_is_due_if_none_has_a_deadline()
    {
        Assert.Equal(Instant.Never, new DeadlineHeap(0).Earliest);
        Assert.Equal(-1, new DeadlineHeap(3).TakeDue(new Instant(1)));
    }
}
