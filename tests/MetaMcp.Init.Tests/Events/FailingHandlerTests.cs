using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Events;
using MetaMcp.Init.Tests.Output;

namespace MetaMcp.Init.Tests.Events;

/// <summary>A handler that throws, for a bug or for want of memory, costs no other handler and no later step its turn.</summary>
public sealed class FailingHandlerTests : IDisposable
{
    private readonly Connected[] _pipes = [Connected.Pipe(), Connected.Pipe(), Connected.Pipe()];
    private readonly EventPort _port = EventPort.Open(out _)!;

#pragma warning disable CA2201 // It stands for the runtime's own.
    private static OutOfMemoryException Exhausted => new();
#pragma warning restore CA2201

    public FailingHandlerTests()
    {
        foreach (var pipe in _pipes)
            pipe.Write("x"u8);
    }

    public void Dispose()
    {
        foreach (var pipe in _pipes)
            pipe.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_others_have_their_turn_each_time(int failing)
    {
        var watch = new DescriptorWatch(_port);
        var calls = new int[_pipes.Length];
        for (var i = 0; i < _pipes.Length; i++)
        {
            var index = i;
            watch.Add(_pipes[i].Reader, Source.ServiceOutput, () =>
            {
                calls[index]++;
                return index == failing ? throw Exhausted : false;
            });
        }
        for (var turn = 1; turn <= 3; turn++)
        {
            Assert.Throws<OutOfMemoryException>(() => watch.Wait(Instant.Never));
            Assert.Equal([turn, turn, turn], calls);
        }
    }

    [Fact]
    public void The_first_of_several_is_thrown_and_only_once()
    {
        var watch = new DescriptorWatch(_port);
        List<Exception> thrown = [];
        var isBad = true;
        foreach (var pipe in _pipes)
            watch.Add(pipe.Reader, Source.ServiceOutput, () =>
            {
                if (!isBad)
                    return false;
                thrown.Add(new InvalidOperationException());
                throw thrown[^1];
            });
        Assert.Same(Assert.Throws<InvalidOperationException>(() => watch.Wait(Instant.Never)), thrown[0]);
        Assert.Equal(_pipes.Length, thrown.Count);
        isBad = false;
        watch.Wait(Instant.Never);
    }

    [Fact]
    public void The_first_handlers_cost_the_others_nothing()
    {
        var watch = new DescriptorWatch(_port);
        var pipes = Enumerable.Range(0, 100).Select(_ => Connected.Pipe()).ToArray();
        var others = 0;
        foreach (var pipe in pipes)
        {
            pipe.Write("x"u8);
            watch.Add(pipe.Reader, Source.ServiceOutput, () => ++others < 0);
        }
        watch.AddFirst(_pipes[0].Reader, Source.Signals, () => throw Exhausted);
        Assert.Throws<OutOfMemoryException>(() => watch.Wait(Instant.Never));
        Assert.True(others > 0);
        foreach (var pipe in pipes)
            pipe.Dispose();
    }

    [Fact]
    public void A_step_of_a_turn_that_fails_costs_no_later_step_its_turn()
    {
        var (first, second, taken) = (new InvalidOperationException(), Exhausted, 0);
        var steps = new TurnSteps(() => taken++, () => throw first, () => taken++, () => throw second, () => taken++);
        for (var turn = 1; turn <= 2; turn++)
        {
            Assert.Same(first, Assert.Throws<InvalidOperationException>(steps.Take));
            Assert.Equal(3 * turn, taken);
        }
    }
}
