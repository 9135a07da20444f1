using MetaMcp.Init.Core.Monitoring;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Monitoring;

public sealed class CorrectiveOrderTests
{
    /// <summary>
    /// The specification, stated about pairs: who may come at all, and of each two that come, why the first is first. The order is not
    /// computed here.
    /// </summary>
    [Fact]
    public void Ten_thousand_populations_come_in_the_order_of_the_specification()
    {
        var random = new Random(14);
        var (withIdle, withRequired) = (0, 0);
        for (var population = 0; population < 10_000; population++)
        {
            var candidates = Population(random);
            var isLastReserve = random.Next(2) == 0;
            var order = CorrectiveOrder.Of(candidates, isLastReserve);
            var areOthersLeft = candidates.Exists(c => c.Kind is CandidateKind.Launched or CandidateKind.Optional);
            foreach (var candidate in candidates)
                Assert.Equal(
                    candidate.Kind switch
                    {
                        CandidateKind.Own => 0,
                        CandidateKind.Required => !areOthersLeft && isLastReserve ? 1 : 0,
                        _ => 1,
                    },
                    order.Count(c => c == candidate));
            Assert.All(order, c => Assert.Contains(c, candidates));
            for (var i = 0; i + 1 < order.Length; i++)
                Assert.True(MayBeBefore(order[i], order[i + 1]), $"{order[i]} before {order[i + 1]}");
            withIdle += order is [{ IdleSince: var since }, ..] && since != Instant.Never ? 1 : 0;
            withRequired += order is [{ Kind: CandidateKind.Required }, ..] ? 1 : 0;
        }
        // The generator reaches the rare cases.
        Assert.True(withIdle > 1000 && withRequired > 100, $"{withIdle} {withRequired}");
    }

    [Fact]
    public void The_order_does_not_depend_on_the_order_of_the_figures()
    {
        var random = new Random(15);
        for (var population = 0; population < 1000; population++)
        {
            var candidates = Population(random);
            var order = CorrectiveOrder.Of(candidates, isLastReserve: true);
            candidates.Reverse();
            Assert.Equal(order, CorrectiveOrder.Of(candidates, isLastReserve: true));
        }
    }

    private static bool MayBeBefore(Candidate a, Candidate b)
    {
        bool IsIdleServer(Candidate c) => c.Kind == CandidateKind.Launched && c.IdleSince != Instant.Never;
        bool IsBusyServer(Candidate c) => c.Kind == CandidateKind.Launched && c.IdleSince == Instant.Never;
        return (IsIdleServer(a) && IsIdleServer(b) && a.IdleSince <= b.IdleSince)
            || (IsIdleServer(a) && !IsIdleServer(b))
            || (IsBusyServer(a) && IsBusyServer(b) && a.Size >= b.Size)
            || (IsBusyServer(a) && b.Kind != CandidateKind.Launched)
            || (a.Kind == b.Kind && a.Kind != CandidateKind.Launched && a.Size >= b.Size);
    }

    private static List<Candidate> Population(Random random)
    {
        var count = random.Next(20);
        // Some populations have few kinds, so that required services are alone now and then.
        var least = random.Next(4);
        var candidates = new List<Candidate>(count);
        for (var run = 1; run <= count; run++)
        {
            var kind = (CandidateKind)random.Next(least, 4);
            // A service is never idle; the order must not look at that value of one.
            var idle = random.Next(3) == 0 ? new Instant(random.Next(10)) : Instant.Never;
            candidates.Add(new Candidate(run, $"r{run}", kind, random.Next(8), kind == CandidateKind.Launched ? idle : Instant.Never));
        }
        return candidates;
    }
}
