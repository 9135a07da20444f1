using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Control;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.Kernel;
using MetaMcp.Init.Launching;
using MetaMcp.Init.Output;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Sockets;
using MetaMcp.Init.Tests.Output;
using MetaMcp.Init.Tests.Sweeping;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Launching;

/// <summary>The real kernel's side with a socket for launches; the test takes the place of the core.</summary>
internal sealed class LaunchKernel : IDisposable
{
    private readonly Scratch _files = new();
    private readonly Connected _signals = Connected.Pipe();
    private readonly Connected _stdout = Connected.Pipe();
    private readonly Connected _stderr = Connected.Pipe();
    private readonly StandardOutputs _outputs;
    private readonly Queue<SystemEvent> _events = new();
    private readonly int _control;

    /// <param name="tree">The cgroups; null for none.</param>
    /// <param name="isGroupAllowed">The file has a control_group.</param>
    public LaunchKernel(CgroupTree? tree = null, bool isGroupAllowed = false)
    {
        var plan = Plan.Build(new Settings { Services = [new ServiceSettings { Name = "a", Command = ["/bin/sleep", "60"] }] }).Plan!;
        _outputs = StandardOutputs.Open(_stdout.Writer, _stderr.Writer);
        var socket = ListeningSocket.Open(_files["run/launch.sock"], ListeningSocket.ForAll, out var problem, out _);
        Assert.Equal("", problem);
        Path = socket!.Path;
        Socket = socket.Descriptor;
        var control = ListeningSocket.Open(_files["run/control.sock"], ListeningSocket.ForOwner, out problem, out _);
        Assert.Equal("", problem);
        (ControlPath, _control) = (control!.Path, control.Descriptor);
        Supervisor = new Supervisor(plan, seed: 1, MonotonicClock.Now);
        var cookie = new InstanceCookie(1, new byte[SipHash.KeySize]);
        Kernel = RealKernel.Open(
            plan, _signals, _outputs, new OutputHub(_outputs, (_, _, _) => { }), runs => Runs = runs,
            new LaunchSetup(socket, cookie, tree, Complaints.Add),
            new ControlSetup(control, isGroupAllowed, tree) { Window = Supervisor.Window });
    }

    public LinuxKernel Kernel { get; }

    public RunTable Runs { get; private set; } = null!;

    public string Path { get; }

    /// <summary>The socket for full rights.</summary>
    public string ControlPath { get; }

    /// <summary>Answers operators who look; it is told nothing by itself.</summary>
    public Supervisor Supervisor { get; }

    public int Socket { get; }

    public List<Notice> Complaints { get; } = [];

    /// <summary>Events of launches that were not taken.</summary>
    public List<(long Id, LaunchEvent Event)> Told { get; } = [];

    /// <summary>Other events.</summary>
    public List<SystemEvent> Others { get; } = [];

    /// <summary>One turn, which waits for an event for a moment.</summary>
    public void Turn()
    {
        if (HasEndedChild())
            SignalChild();
        Kernel.Wait(MonotonicClock.Now + TimeSpan.FromMilliseconds(10), _events);
        while (_events.TryDequeue(out var happened))
            if (happened is SystemEvent.Launch(var id, var news))
                Told.Add((id, news));
            else
                Others.Add(happened);
    }

    /// <summary>Turns until the condition holds.</summary>
    public void Until(Func<bool> holds, double seconds = 20)
    {
        var end = MonotonicClock.Now + TimeSpan.FromSeconds(seconds);
        while (!holds())
        {
            Assert.True(
                MonotonicClock.Now < end,
                $"never so; told: {string.Join(", ", Told)}; open: {string.Join(", ", OpenDescriptors.Names())}");
            Turn();
        }
    }

    /// <summary>Turns until an event of this kind has been told, and takes it.</summary>
    public T Next<T>(out long id)
        where T : LaunchEvent
    {
        Until(() => Told.Exists(one => one.Event is T));
        var at = Told.FindIndex(one => one.Event is T);
        var found = Told[at];
        Told.RemoveAt(at);
        id = found.Id;
        return (T)found.Event;
    }

    public T Next<T>()
        where T : LaunchEvent => Next<T>(out _);

    public void Perform(Effect effect)
    {
        Kernel.Perform(effect, _events);
        while (_events.TryDequeue(out var happened))
            if (happened is SystemEvent.Launch(var id, var news))
                Told.Add((id, news));
            else
                Others.Add(happened);
    }

    /// <summary>A client asks something, and is answered while the kernel's side takes its turns.</summary>
    public string Answer(Launcher client, string command)
    {
        client.Ask(command);
        return Line(client);
    }

    /// <summary>The next line of a client, while the kernel's side takes its turns.</summary>
    public string Line(Launcher client)
    {
        string? line = null;
        Until(() => (line = client.TryLine(TimeSpan.Zero)) is not null);
        return line!;
    }

    /// <summary>Connects and asks for a place; returns the id of the launch.</summary>
    public long Ask(Launcher client, string name = "memory")
    {
        Assert.Equal("connected", client.Do("connect"));
        Assert.Equal("sent", client.Do($$"""send {"verb":"launch","name":"{{name}}","program":"npx"}"""));
        var request = Next<LaunchEvent.Asked>(out var id).Request;
        Assert.Equal((name, client.Pid), (request.Name, request.Pid));
        return id;
    }

    public void Dispose()
    {
        // Helpers that still run belong to this kernel's side.
        for (var turn = 0; turn < 10; turn++)
            Turn();
        _ = close(Socket);
        _ = close(_control);
        _outputs.Dispose();
        _signals.Dispose();
        _stdout.Dispose();
        _stderr.Dispose();
        _files.Dispose();
    }

    private static unsafe bool HasEndedChild()
    {
        siginfo_t info = default;
        return waitid(
            P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
    }

    /// <summary>The signals of the test's own process go to its runtime.</summary>
    private void SignalChild()
    {
        Span<byte> info = stackalloc byte[128];
        info[0] = (byte)Signal.Chld.Number;
        _signals.Write(info);
    }
}
