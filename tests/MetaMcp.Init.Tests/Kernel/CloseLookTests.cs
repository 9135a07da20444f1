using System.Collections.Immutable;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Kernel;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Kernel;

/// <summary>The child that measures is a shell script here, which answers as a test says.</summary>
public sealed class CloseLookTests : IDisposable
{
    private static readonly ImmutableArray<RunUsage> Estimates = [new(1, 100, 2), new(2, 200, 3)];

    private readonly HashSet<int> _helpers = [];
    private readonly List<ImmutableArray<RunUsage>> _told = [];
    private readonly CloseLook _look;
    private string _script = "";
    private Action? _read;

    public CloseLookTests() => _look = new CloseLook(Begin, _helpers, (_, read) => _read = read, _ => _read = null, _told.Add);

    public void Dispose()
    {
        foreach (var pid in _helpers)
            _ = kill(pid, Signal.Kill.Number);
        Assert.True(SpinWait.SpinUntil(() => _helpers.All(IsCollected), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void What_the_child_tells_takes_the_place_of_the_estimates()
    {
        Start("echo 5; echo 6");
        Answered();
        Assert.Equal([new(1, 5, 2), new(2, 6, 3)], Assert.Single(_told));
        Assert.Equal(Instant.Never, _look.Due);
    }

    [Fact]
    public void What_it_did_not_tell_in_time_stands_as_estimated()
    {
        Start("echo 5; exec sleep 60");
        Assert.InRange(_look.Due - MonotonicClock.Now, TimeSpan.Zero, TimeSpan.FromSeconds(0.5));
        ReadUntil(() => MonotonicClock.Now > _look.Due);
        Assert.Empty(_told);
        _look.Expire(MonotonicClock.Now);
        Assert.Equal([new(1, 5, 2), new(2, 200, 3)], Assert.Single(_told));
        Assert.Null(_read);
        Assert.Equal(Instant.Never, _look.Due);
        var pid = Assert.Single(_helpers);
        Assert.True(SpinWait.SpinUntil(() => IsCollected(pid), TimeSpan.FromSeconds(10)), "it was killed");
        Assert.True(_look.TakeCollected(pid));
        Assert.Single(_told);
    }

    [Fact]
    public void While_a_child_is_left_nobody_is_sent_after_it()
    {
        Start("exec sleep 60");
        _look.Expire(_look.Due);
        Start("echo 5; echo 6");
        Assert.Equal(Estimates, _told[1]);
        Assert.Single(_helpers);
        Assert.True(_look.TakeCollected(_helpers.Single()));
        Start("echo 5; echo 6");
        Answered();
        Assert.Equal(5, _told[2][0].Memory);
    }

    [Theory]
    [InlineData("echo 5; echo x; echo 6", 5, 200)]
    [InlineData("echo 5; printf 6", 5, 200)]
    [InlineData("exit 1", 100, 200)]
    [InlineData("echo 5; echo 6; echo 7", 5, 6)]
    public void Nonsense_counts_for_nothing(string script, long first, long second)
    {
        Start(script);
        Answered();
        Assert.Equal([first, second], Assert.Single(_told).Select(u => u.Memory));
    }

    [Fact]
    public void A_child_that_was_collected_first_is_read_to_its_end()
    {
        Start("echo 5; echo 6");
        var pid = _helpers.Single();
        Assert.True(SpinWait.SpinUntil(() => IsCollected(pid), TimeSpan.FromSeconds(10)));
        Assert.False(_look.TakeCollected(pid + 1));
        Assert.True(_look.TakeCollected(pid));
        Assert.Equal([5, 6], Assert.Single(_told).Select(u => u.Memory));
        _ = _helpers.Remove(pid);
    }

    [Fact]
    public void Where_no_child_can_be_started_the_estimates_stand()
    {
        var look = new CloseLook(Refused, _helpers, (_, _) => Assert.Fail("nothing to watch"), _ => { }, _told.Add);
        look.Start(Estimates, [[1], [2]]);
        Assert.Equal(Estimates, Assert.Single(_told));
        Assert.Equal(Instant.Never, look.Due);

        static Errno Refused(IReadOnlyList<int[]> groups, int answer, out int pid)
        {
            pid = 0;
            return new Errno(Errno.EAGAIN);
        }
    }

    private void Start(string script)
    {
        _script = script;
        _look.Start(Estimates, [[1], [2]]);
    }

    private Errno Begin(IReadOnlyList<int[]> groups, int answer, out int pid) =>
        ChildProgram.Start(["sh", "-c", _script], ImmutableSortedDictionary<string, string>.Empty, [new(answer, 1)], out pid, "/bin/sh");

    private void Answered()
    {
        var before = _told.Count;
        ReadUntil(() => _told.Count > before);
        Assert.Equal(before + 1, _told.Count);
    }

    private void ReadUntil(Func<bool> isDone) => Assert.True(SpinWait.SpinUntil(
        () =>
        {
            _read?.Invoke();
            return isDone();
        },
        TimeSpan.FromSeconds(10)));

    private static unsafe bool IsCollected(int pid)
    {
        siginfo_t info = default;
        return waitid(P_PID, (uint)pid, &info, WEXITED | WNOHANG) != 0 || info.si_pid == pid;
    }
}
