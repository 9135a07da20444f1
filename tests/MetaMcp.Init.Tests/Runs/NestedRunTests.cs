using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Tests.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Runs;

/// <summary>
/// A launched server in the session and the process group of its client, without cgroups: neither ends with the other. The processes are
/// real ones, a shell and a child of it.
/// </summary>
public sealed unsafe class NestedRunTests : IDisposable
{
    private readonly int _shell;
    private readonly int _server;
    private readonly ServiceRun _service;
    private readonly ServiceRun _launched = new(7, "memory") { IsNested = true, IsApplied = true };
    private readonly RunTable _runs;

    public NestedRunTests()
    {
        Assert.True(Pipe.Open(out var output, out var childsOutput).IsSuccess);
        using NativeStrings path = new(["/bin/sh"]), words = new(["sh", "-c", "sleep 1000 & echo $!; wait"]), environment = new([]);
        var request = new SpawnRequest
        {
            Path = path.Pointer[0], Arguments = words.Pointer, Environment = environment.Pointer, Group = SpawnGroup.Session,
            Descriptors = new DescriptorMapping[] { new(childsOutput, 1) },
        };
        Assert.True(Spawner.Spawn(request, out _shell).IsSuccess);
        _ = close(childsOutput);
        _server = ReadNumber(output);
        _ = close(output);
        var census = new Census(new InstanceCookie(1, new byte[SipHash.KeySize]));
        _runs = new RunTable(
            _ => { }, _ => { }, census, [], new LiveProcesses(census.Claims),
            new ForeignMains((_, _) => { }, _ => { }, (_, _) => { }), _ => { });
        _service = new ServiceRun(1, "gateway") { Pid = _shell, IsApplied = true };
        _runs.Add(_service);
        Assert.True(ProcessTable.TryRead(_server, out var stat));
        Assert.Equal((_shell, _shell), (stat.Session, stat.Group));
        _runs.AddLaunched(_launched, stat);
    }

    [Fact]
    public void The_server_ends_alone()
    {
        _runs.Signal(_launched, Signal.Kill);
        KillAll();
        Assert.True(SpinWait.SpinUntil(() => IsOver(_server), TimeSpan.FromSeconds(10)));
        // The shell has waited for it, and ends by itself: with 0, since no signal came to it.
        Assert.True(SpinWait.SpinUntil(() => RealChild.HasEnded(_shell), TimeSpan.FromSeconds(10)));
        siginfo_t info = default;
        Assert.Equal(0, waitid(P_PID, (uint)_shell, &info, WEXITED | WNOHANG | WNOWAIT));
        Assert.Equal((CLD_EXITED, 0), (info.si_code, info.si_status));
    }

    [Fact]
    public void The_service_ends_without_the_server()
    {
        _runs.Signal(_service, Signal.Kill);
        KillAll();
        Assert.True(SpinWait.SpinUntil(() => RealChild.HasEnded(_shell), TimeSpan.FromSeconds(10)));
        Assert.False(IsOver(_server));
    }

    [Fact]
    public void Both_are_told_apart()
    {
        var members = _runs.Members([1, 7]).Select(run => run.Members.Select(member => member.Pid).ToArray()).ToArray();
        Assert.Equal([[_shell], [_server]], members);
        Assert.True(ProcessTable.TryRead(_server, out var stat));
        Assert.Equal(7, _runs.RunOf(stat));
        Assert.Same(_launched, _runs.FindByMain(stat));
        Assert.Null(_runs.FindByMain(stat with { StartTime = 1 }));
    }

    public void Dispose()
    {
        _ = kill(_server, 9);
        _ = kill(_shell, 9);
        RealChild.Collect(_shell);
    }

    private void KillAll() => Assert.True(SpinWait.SpinUntil(() => _runs.KillOn() || !_runs.IsKilling, TimeSpan.FromSeconds(10)));

    private static bool IsOver(int pid) => !ProcessTable.TryRead(pid, out ProcessStat stat) || stat.IsDead;

    private static int ReadNumber(int descriptor)
    {
        pollfd readable = new() { fd = descriptor, events = POLLIN };
        Assert.Equal(1, poll(&readable, 1, 10_000));
        var text = stackalloc byte[16];
        var count = read(descriptor, text, 16);
        return int.Parse(new ReadOnlySpan<byte>(text, (int)count).TrimEnd((byte)'\n'), System.Globalization.CultureInfo.InvariantCulture);
    }
}
