using System.Runtime.InteropServices;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;

namespace MetaMcp.Init.Tests.Runs;

/// <summary>Whatever resource runs out in the middle of a look, the result is the same in the end.</summary>
public sealed class AdoptedShortageTests
{
    private const long Run = 7;

    [Fact]
    public void Memory_that_ends_in_any_call_changes_nothing_of_what_is_found()
    {
        var thrown = Enumerable.Range(1, 40).Count(call => IsFound(processes => processes.MemoryEndsAt = call));
        Assert.InRange(thrown, 10, 40);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(102)]
    public void A_process_that_cannot_be_looked_at_yet_is_no_answer(int pid) =>
        Assert.False(IsFound(processes => processes.Refused.Add(pid)));

    [Theory]
    [InlineData(100)]
    [InlineData(101)]
    public void Children_that_cannot_be_listed_yet_are_no_answer(int pid) =>
        Assert.False(IsFound(processes => processes.RefusedChildren.Add(pid)));

    [Fact]
    public void Another_process_with_the_number_of_one_that_was_listed_tells_nothing()
    {
        var processes = Processes();
        // The child was in its parent's list. Then it ended, and its pid now belongs to another process.
        processes.Looking = pid =>
        {
            if (pid == 101)
                processes.Add(102, parent: 999, claim: Run);
        };
        var adopted = Adopted(processes);
        for (var turn = 0; turn < 100 && adopted.MayHave(Run) != false; turn++)
            Turn(processes, adopted);
        Assert.False(adopted.Has(Run));
    }

    /// <summary>Returns whether the search ran out of memory.</summary>
    private static bool IsFound(Action<FakeProcesses> trouble)
    {
        var processes = Processes();
        var adopted = Adopted(processes);
        trouble(processes);
        var hasEnded = false;
        bool? mayHave = null;
        for (var turn = 0; turn < 100 && !adopted.Has(Run); turn++)
        {
            Ask();
            Assert.NotEqual(false, mayHave);
        }
        Assert.True(adopted.Has(Run));
        adopted.Collected(100);
        processes.Remove(100);
        mayHave = null;
        for (var turn = 0; turn < 100 && mayHave != false; turn++)
            Ask();
        Assert.False(mayHave);
        Assert.False(adopted.Has(Run));
        return hasEnded;

        void Ask()
        {
            try
            {
                mayHave = adopted.MayHave(Run);
                Turn(processes, adopted);
            }
            catch (OutOfMemoryException)
            {
                hasEnded = true;
            }
        }
    }

    private static void Turn(FakeProcesses processes, AdoptedChildren adopted)
    {
        processes.Pass(TimeSpan.FromMilliseconds(20));
        adopted.Expire();
        adopted.BeginTurn();
        adopted.Continue();
    }

    private static FakeProcesses Processes()
    {
        var processes = new FakeProcesses();
        processes.Add(90);
        processes.Add(100);
        processes.Add(101, parent: 100);
        processes.Add(102, parent: 101, claim: Run);
        processes.Add(110);
        return processes;
    }

    private static AdoptedChildren Adopted(FakeProcesses processes)
    {
        List<KnownRun> runs = [new KnownRun(Run, 70)];
        var census = new Census(new InstanceCookie(1, new byte[SipHash.KeySize]), Nothing);
        var adopted = new AdoptedChildren(processes, census, _ => false, () => CollectionsMarshal.AsSpan(runs));
        adopted.Reserve(1);
        adopted.MainEnded(Run);
        return adopted;
    }

    private static Errno Nothing(ProcessSnapshot into, Func<int, bool>? isLeftOut, out bool isWhole)
    {
        isWhole = true;
        return Errno.None;
    }
}
