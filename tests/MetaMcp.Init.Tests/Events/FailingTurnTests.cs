using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Output;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Tests.Output;
using MetaMcp.Init.Tests.Sweeping;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Events;

/// <summary>A turn of the real kernel's side in which a handler throws.</summary>
public sealed class FailingTurnTests : IDisposable
{
    private readonly Connected _signals = Connected.Pipe();
    private readonly Connected _stdout = Connected.Pipe();
    private readonly Connected _stderr = Connected.Pipe();

    public void Dispose()
    {
        _signals.Dispose();
        _stdout.Dispose();
        _stderr.Dispose();
    }

    [Fact]
    public void A_child_is_collected_in_the_turn_in_which_the_reader_of_its_output_fails()
    {
        var service = new ServiceSettings { Name = "a", Command = ["/bin/sh", "-c", "echo x; exit 3"] };
        var plan = Plan.Build(new Settings { Services = [service] }).Plan!;
        using var outputs = StandardOutputs.Open(_stdout.Writer, _stderr.Writer);
        // There are no outputs to write to, so the handler that reads a line of a service fails.
        var kernel = RealKernel.Open(plan, _signals, outputs, new OutputHub(null!, (_, _, _) => { }));
        var events = new Queue<SystemEvent>();
        kernel.Perform(new Effect.Spawn(1, plan.Services[0].Settings), events);
        var pid = Assert.IsType<SystemEvent.Spawned>(events.Dequeue()).Pid;
        Assert.True(SpinWait.SpinUntil(() => ProcessTable.TryRead(pid, out var stat) && stat.IsDead, TimeSpan.FromSeconds(10)));
        SendChildEnded();
        Assert.Throws<NullReferenceException>(() => kernel.Wait(Instant.Never, events));
        Assert.Contains(events, e => e is SystemEvent.ChildEnded ended && ended.Pid == pid && ended.Status == ExitStatus.Exited(3));
    }

    /// <summary>Sends the record that a signalfd gives for SIGCHLD.</summary>
    private unsafe void SendChildEnded()
    {
        signalfd_siginfo info = new() { ssi_signo = (uint)Signal.Chld.Number };
        _signals.Write(new ReadOnlySpan<byte>(&info, sizeof(signalfd_siginfo)));
    }
}
