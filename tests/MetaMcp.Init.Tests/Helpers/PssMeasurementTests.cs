using System.Collections.Immutable;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Tests.Processes;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Tests.Helpers;

/// <summary>A shell script takes the place of the child that measures; it answers as each test says.</summary>
public sealed class PssMeasurementTests : IDisposable
{
    private static readonly ImmutableArray<RunUsage> Estimates = [new(1, 100, 2, IsEstimate: true), new(2, 200, 3, IsEstimate: true)];

    private readonly HashSet<int> _helpers = [];
    private readonly List<ImmutableArray<RunUsage>> _told = [];
    private readonly PssMeasurement _look;
    private string _script = "";
    private Action? _read;

    public PssMeasurementTests() => _look = new PssMeasurement(Begin, _helpers, (_, read) => _read = read, _ => _read = null, _told.Add);

    public void Dispose()
    {
        foreach (var pid in _helpers)
            RealChild.Kill(pid);
    }

    [Fact]
    public void The_answer_of_the_child_replaces_the_estimates()
    {
        Start("echo 0 5; echo 1 6");
        Answered();
        Assert.Equal([new(1, 5, 2), new(2, 6, 3)], Assert.Single(_told));
        Assert.Equal(Instant.Never, _look.Due);
    }

    [Fact]
    public void The_look_that_answers_first_is_reported_first_and_by_an_estimate_of_its_own()
    {
        Start("echo 1 ~6; echo 0 5");
        Answered();
        Assert.Equal([new(1, 5, 2), new(2, 6, 3, IsEstimate: true)], Assert.Single(_told));
    }

    [Fact]
    public void Figures_that_do_not_come_in_time_stay_estimates()
    {
        Start("echo 0 5; exec sleep 60");
        var patience = _look.Due - MonotonicClock.Now;
        Assert.InRange(patience, TimeSpan.Zero, TimeSpan.FromSeconds(0.5));
        var due = _look.Due;
        ReadUntil(() => _look.Due > due);
        Assert.Empty(_told);
        _look.Expire(_look.Due);
        Assert.Equal([new(1, 5, 2), new(2, 200, 3, IsEstimate: true)], Assert.Single(_told));
        Assert.Null(_read);
        Assert.Equal(Instant.Never, _look.Due);
        Assert.True(_look.TakeCollected(Collected()), "it was killed");
        Assert.Single(_told);
    }

    [Fact]
    public void Patience_has_an_end_with_a_child_that_goes_on_and_on()
    {
        Start("while :; do echo 0 5; sleep 0.1; done");
        var begin = MonotonicClock.Now;
        ReadUntil(() =>
        {
            _look.Expire(MonotonicClock.Now);
            return _told.Count > 0;
        });
        Assert.InRange(MonotonicClock.Now - begin, TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(5));
        Assert.True(_look.TakeCollected(Collected()), "it was killed");
    }

    [Fact]
    public void A_look_that_another_follows_too_soon_is_over_and_its_child_with_it()
    {
        Start("exec sleep 60");
        Start("echo 0 5; echo 1 6");
        Assert.Equal([Estimates, Estimates], _told);
        Assert.True(_look.TakeCollected(Collected()), "it was killed");
    }

    [Fact]
    public void While_a_child_is_left_no_other_is_started()
    {
        Start("exec sleep 60");
        _look.Expire(_look.Due);
        Start("echo 0 5; echo 1 6");
        Assert.Equal(Estimates, _told[1]);
        Assert.Single(_helpers);
        Assert.True(_look.TakeCollected(Collected()));
        Start("echo 0 5; echo 1 6");
        Answered();
        Assert.Equal(5, _told[2][0].Memory);
    }

    [Theory]
    [InlineData("echo 0 5; echo x; echo 1 6", 5, 200)]
    [InlineData("echo 0 5; printf '1 6'", 5, 200)]
    [InlineData("exit 1", 100, 200)]
    [InlineData("echo 0 5; echo 1 6; echo 2 7", 5, 6)]
    public void Nonsense_counts_for_nothing(string script, long first, long second)
    {
        Start(script);
        Answered();
        Assert.Equal([first, second], Assert.Single(_told).Select(u => u.Memory));
    }

    [Fact]
    public void A_child_that_was_collected_first_is_read_to_its_end()
    {
        Start("echo 0 5; echo 1 6");
        var pid = Collected();
        Assert.False(_look.TakeCollected(pid + 1));
        Assert.True(_look.TakeCollected(pid));
        Assert.Equal([5, 6], Assert.Single(_told).Select(u => u.Memory));
    }

    [Fact]
    public void Where_no_child_can_be_started_the_estimates_stand()
    {
        var look = new PssMeasurement(Refused, _helpers, (_, _) => Assert.Fail("nothing to watch"), _ => { }, _told.Add);
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
        Spawner.SpawnOurselves(
            ["sh", "-c", _script], ImmutableSortedDictionary<string, string>.Empty, [new(answer, 1)], out pid, "/bin/sh");

    private void Answered()
    {
        var before = _told.Count;
        ReadUntil(() => _told.Count > before);
        Assert.Equal(before + 1, _told.Count);
    }

    /// <summary>Waits for the only child as the kernel's side does, and forgets it.</summary>
    private int Collected()
    {
        var pid = Assert.Single(_helpers);
        RealChild.Collect(pid);
        _ = _helpers.Remove(pid);
        return pid;
    }

    private void ReadUntil(Func<bool> isDone) => RealChild.ReadUntil(() => _read, isDone);
}
