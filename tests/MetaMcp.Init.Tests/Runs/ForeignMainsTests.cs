using System.Diagnostics;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Tests.Processes;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Runs;

/// <summary>Main processes that are not our children, with real ones: the children of a shell.</summary>
public sealed unsafe class ForeignMainsTests : IDisposable
{
    private readonly Process _shell;
    private readonly int _pid;
    private readonly ServiceRun _run = new(1, "a") { Pid = int.MaxValue - 1 };
    private readonly Dictionary<int, Action> _watched = [];
    private readonly List<bool> _ended = [];
    private readonly ForeignMains _mains;
    private Errno _refused;
    private Action? _whenOpened;

    public ForeignMainsTests()
    {
        // The shell waits for its child when it is told to, and may collect it before.
        _shell = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 1000 & echo $!; read go; wait $!; echo $?; read on"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        _pid = int.Parse(_shell.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
        _mains = new ForeignMains(
            (fd, take) => _watched.Add(fd, take), fd => Assert.True(_watched.Remove(fd)),
            (run, isChild) =>
            {
                Assert.Same(_run, run);
                _ended.Add(isChild);
                _mains!.Drop(run);
            },
            Open);
    }

    [Fact]
    public void Its_end_is_told_once()
    {
        Watch(Seen());
        var (descriptor, take) = Assert.Single(_watched);
        take();
        Assert.Empty(_ended);
        Assert.Equal(0, kill(_pid, 9));
        Assert.True(IsReadable(descriptor));
        take();
        Assert.Equal([false], _ended);
        Assert.Empty(_watched);
        take();
        Assert.Single(_ended);
        Assert.Equal(-1, _run.ForeignDescriptor);
        Assert.Null(_mains.Find(_pid));
    }

    /// <summary>The pid has come round between the look at the process and the opening of its pidfd.</summary>
    [Fact]
    public void Another_process_with_its_pid_is_not_watched()
    {
        Watch(Seen() with { StartTime = 1 });
        Assert.Equal([false], _ended);
        Assert.Empty(_watched);
    }

    [Fact]
    public void One_that_its_parent_has_collected_has_ended()
    {
        var seen = Seen();
        EndAndCollect();
        Watch(seen);
        Assert.Equal([false], _ended);
    }

    [Fact]
    public void One_that_ends_while_its_pidfd_is_opened_has_ended()
    {
        _whenOpened = EndAndCollect;
        Watch(Seen());
        Assert.Equal([false], _ended);
        Assert.Empty(_watched);
    }

    [Theory]
    [InlineData(Errno.EMFILE)]
    [InlineData(Errno.ENOMEM)]
    [InlineData(Errno.EPERM)]
    [InlineData(Errno.ENOSYS)]
    public void Without_a_pidfd_it_is_looked_at(int error)
    {
        _refused = new Errno(error);
        Watch(Seen());
        Assert.Empty(_ended);
        var due = _mains.Due;
        Assert.True(due <= MonotonicClock.Now + TimeSpan.FromSeconds(1));
        _mains.Expire(due);
        Assert.Empty(_ended);
        Assert.Equal(0, kill(_pid, 9));
        Assert.True(SpinWait.SpinUntil(
            () => !ProcessTable.TryRead(_pid, out var stat) || stat.IsDead, TimeSpan.FromSeconds(10)));
        _mains.Expire(_mains.Due);
        Assert.Equal([false], _ended);
        Assert.Equal(Instant.Never, _mains.Due);
    }

    [Fact]
    public void It_is_watched_as_soon_as_there_is_a_descriptor()
    {
        _refused = new Errno(Errno.EMFILE);
        Watch(Seen());
        Assert.Empty(_watched);
        _refused = Errno.None;
        _mains.Expire(_mains.Due);
        Assert.Single(_watched);
        Assert.Equal(Instant.Never, _mains.Due);
    }

    [Theory]
    [InlineData(true, 9)]
    [InlineData(false, 15)]
    public void Without_a_pidfd_it_is_signalled_and_a_later_process_with_its_pid_is_not(bool isIts, int endedBy)
    {
        Add(isIts ? Seen() : Seen() with { StartTime = 1 });
        ForeignMains.Signal(_run, Signal.Kill);
        _ = kill(_pid, 15);
        _shell.StandardInput.WriteLine();
        Assert.Equal($"{128 + endedBy}", _shell.StandardOutput.ReadLine());
    }

    [Fact]
    public void A_child_of_ours_that_it_has_become_is_left_to_be_collected()
    {
        // A child from the beginning, which is seen as one of another parent. Process would collect a child of its own.
        var child = StartChild();
        Assert.True(ProcessTable.TryRead(child, out var stat));
        Watch(stat with { Parent = 1 });
        var (descriptor, take) = Assert.Single(_watched);
        Assert.Equal(0, kill(child, 9));
        Assert.True(IsReadable(descriptor));
        take();
        Assert.Equal([true], _ended);
        Assert.True(RealChild.HasEnded(child));
        RealChild.Collect(child);
    }

    public void Dispose()
    {
        _ = kill(_pid, 9);
        _shell.Kill();
        _shell.Dispose();
    }

    private ProcessStat Seen()
    {
        Assert.True(ProcessTable.TryRead(_pid, out var stat));
        return stat;
    }

    private void Add(ProcessStat main)
    {
        _run.Follow(main);
        _mains.Add(_run);
    }

    private void Watch(ProcessStat main)
    {
        Add(main);
        _mains.Watch(_run);
    }

    private void EndAndCollect()
    {
        Assert.Equal(0, kill(_pid, 9));
        _shell.StandardInput.WriteLine();
        Assert.Equal("137", _shell.StandardOutput.ReadLine());
    }

    private (int, Errno) Open(int pid)
    {
        if (!_refused.IsSuccess)
            return (-1, _refused);
        var descriptor = pidfd_open(pid, 0);
        var error = descriptor < 0 ? LastError : Errno.None;
        _whenOpened?.Invoke();
        return (descriptor, error);
    }

    private static int StartChild()
    {
        using NativeStrings path = new(["/bin/sleep"]), words = new(["sleep", "1000"]), environment = new([]);
        var request = new SpawnRequest
        {
            Path = path.Pointer[0], Arguments = words.Pointer, Environment = environment.Pointer, Group = SpawnGroup.Session,
        };
        Assert.True(Spawner.Spawn(request, out var pid).IsSuccess);
        return pid;
    }

    private static bool IsReadable(int descriptor)
    {
        pollfd readable = new() { fd = descriptor, events = POLLIN };
        return poll(&readable, 1, 10_000) == 1;
    }
}
