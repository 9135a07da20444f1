using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Tests.Processes;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Tests.Helpers;

/// <summary>A shell script takes the place of the child that reads; it answers as each test says.</summary>
public sealed class DiskReadTests : IDisposable
{
    private const string Hangs = "exec sleep 60";
    private const string Both = "echo 0 100 60 30; echo 1 200 50 150";

    private readonly HashSet<int> _helpers = [];
    private readonly List<ImmutableArray<DiskReading>> _told = [];
    private readonly List<string[]> _asked = [];
    private readonly DiskRead _read;
    private string _script = "";
    private Errno _refused;
    private Action? _onReadable;

    public DiskReadTests() => _read = new DiskRead(Begin, _helpers, (_, read) => _onReadable = read, _ => _onReadable = null, _told.Add);

    public void Dispose()
    {
        foreach (var pid in _helpers)
            RealChild.Kill(pid);
    }

    [Fact]
    public void The_answer_of_the_child_is_told()
    {
        Start(Both);
        Answered();
        Assert.Equal(
            [new("/a", new DiskSpace(100, 60, 30)), new("/b", new DiskSpace(200, 50, 150))], Assert.Single(_told));
        Assert.Equal(Instant.Never, _read.Due);
        Assert.Null(_onReadable);
        CollectAll();
        Assert.Single(_told);
    }

    [Fact]
    public void An_error_and_a_file_system_without_space_are_told_with_their_reason()
    {
        Start("echo 0 !2; echo 1 0 0 0");
        Answered();
        Assert.Equal(["No such file or directory", "its file system has no space of its own"], Problems());
    }

    [Fact]
    public void A_late_child_is_killed_and_what_it_did_not_read_is_unknown()
    {
        Start($"echo 0 100 60 30; {Hangs}");
        Assert.InRange(_read.Due - MonotonicClock.Now, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5));
        _read.Expire(_read.Due + TimeSpan.FromMilliseconds(-1));
        Assert.Empty(_told);
        Thread.Sleep(200);
        _read.Expire(_read.Due);
        Assert.Equal([null, "its file system does not answer within 5s"], Problems());
        Assert.Equal(Instant.Never, _read.Due);
        CollectAll();
        Assert.Single(_told);
    }

    [Fact]
    public void The_path_that_hangs_comes_last_the_next_time_and_hides_no_other_again()
    {
        Start(Hangs);
        _read.Expire(_read.Due);
        Assert.Equal(["its file system does not answer within 5s", "not read, since /a does not answer"], Problems());
        CollectAll();
        Start($"echo 0 200 50 150; {Hangs}");
        Assert.Equal(["/b", "/a"], _asked[1]);
        Thread.Sleep(200);
        _read.Expire(_read.Due);
        Assert.Equal([null, "its file system does not answer within 5s"], Problems());
        CollectAll();
        Start(Both);
        Answered();
        CollectAll();
        Start(Both);
        Assert.Equal(["/a", "/b"], _asked[3]);
    }

    [Fact]
    public void A_child_that_outlives_its_SIGKILL_gets_no_second_one_beside_it()
    {
        Start(Hangs);
        var pid = Assert.Single(_helpers);
        Assert.False(_read.HasLeft);
        _read.Expire(_read.Due);
        Assert.True(_read.HasLeft && _read.IsLeft(pid) && !_read.IsLeft(pid + 1));
        // The child was not collected.
        Start(Both);
        Assert.Equal(Enumerable.Repeat("the process that reads /a hangs in the kernel", 2), Problems());
        Assert.Single(_asked);
        CollectAll();
        Assert.False(_read.HasLeft);
        Start(Both);
        Answered();
        Assert.Equal([null, null], Problems());
    }

    [Theory]
    [InlineData("kill -KILL $$")]
    [InlineData("exit 255")]
    [InlineData("echo nonsense")]
    [InlineData("printf '0 100 60'")]
    public void Half_an_answer_is_none(string script)
    {
        Start(script);
        Answered();
        Assert.Equal(Enumerable.Repeat("the process that was to read it ended without an answer", 2), Problems());
        CollectAll();
        Assert.Single(_told);
    }

    [Fact]
    public void A_child_that_was_collected_first_is_read_to_its_end()
    {
        Start(Both);
        CollectAll();
        Assert.Equal([null, null], Problems());
        Assert.Single(_told);
    }

    [Theory]
    [InlineData(Errno.EMFILE)]
    [InlineData(Errno.EAGAIN)]
    public void Where_no_child_can_be_started_that_is_the_reason_and_the_next_may_be(int error)
    {
        _refused = new Errno(error);
        Start(Both);
        Assert.Equal(Enumerable.Repeat($"mcp-init cannot start a process to read it: {_refused}", 2), Problems());
        Assert.Empty(_helpers);
        Assert.Equal(Instant.Never, _read.Due);
        _refused = Errno.None;
        Start(Both);
        Answered();
        Assert.Equal([null, null], Problems());
    }

    [Fact]
    public void Of_the_requests_made_meanwhile_the_last_has_a_read_of_its_own()
    {
        Start(Both);
        _read.Start(["/c"]);
        _read.Start(["/a", "/b"]);
        Assert.Single(_asked);
        CollectAll();
        _read.Expire(_read.Due);
        Answered();
        Assert.Equal(2, _asked.Count);
        Assert.Equal(2, _told.Count);
        Assert.Equal(Instant.Never, _read.Due);
    }

    [Fact]
    public void One_that_is_dropped_is_killed_and_not_answered()
    {
        Start(Hangs);
        _read.Start(["/c"]);
        _read.Drop();
        Assert.True(_read.HasLeft);
        Assert.Equal(Instant.Never, _read.Due);
        CollectAll();
        Assert.Empty(_told);
        Assert.Single(_asked);
    }

    private void Start(string script)
    {
        _script = script;
        _read.Start(["/a", "/b"]);
    }

    private Errno Begin(IReadOnlyList<string> paths, int answer, out int pid)
    {
        pid = 0;
        if (!_refused.IsSuccess)
            return _refused;
        _asked.Add([.. paths]);
        return Spawner.SpawnOurselves(
            ["sh", "-c", _script], ImmutableSortedDictionary<string, string>.Empty, [new(answer, 1)], out pid, "/bin/sh");
    }

    private string?[] Problems() => [.. _told[^1].Select(reading => reading.Problem)];

    private void Answered()
    {
        var before = _told.Count;
        RealChild.ReadUntil(() => _onReadable, () => _told.Count > before);
        Assert.Equal(before + 1, _told.Count);
    }

    /// <summary>Waits for the children as the kernel's side does, and forgets them.</summary>
    private void CollectAll()
    {
        foreach (var pid in _helpers.ToArray())
        {
            RealChild.Collect(pid);
            _ = _helpers.Remove(pid);
            Assert.True(_read.TakeCollected(pid));
        }
    }
}
