using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Tests.Processes;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Tests.Helpers;

/// <summary>A shell script takes the place of the child that reads; it answers as each test says.</summary>
public sealed class ConfigReadTests : IDisposable
{
    private const string Abc = @"printf 'f\003\000\000\000abc'";
    private const string Hangs = "exec sleep 60";

    private readonly HashSet<int> _helpers = [];
    private readonly List<string> _told = [];
    private readonly List<string> _paths = [];
    private readonly string _path = Path.GetTempFileName();
    private readonly ConfigRead _read;
    private string _script = "";
    private Errno _refused;
    private Func<byte[], SystemEvent> _take = bytes => new SystemEvent.ReloadRefused([$"took {Encoding.UTF8.GetString(bytes)}"]);
    private Action? _onReadable;

    public ConfigReadTests() => _read = new ConfigRead(
        new FileReload(_path, bytes => _take(bytes), (_, _) => { }), Begin, _helpers, (_, read) => _onReadable = read,
            _ => _onReadable = null,
        happened => _told.Add(Assert.Single(Assert.IsType<SystemEvent.ReloadRefused>(happened).Problems)));

    public void Dispose()
    {
        foreach (var pid in _helpers)
            RealChild.Kill(pid);
        File.Delete(_path);
    }

    [Fact]
    public void The_answer_of_the_child_is_taken()
    {
        Start(Abc);
        Assert.Empty(_told);
        Answered("took abc");
        Assert.Equal([_path], _paths);
        Assert.Equal(Instant.Never, _read.Due);
        Assert.Null(_onReadable);
        CollectAll();
    }

    [Fact]
    public void An_empty_file_is_one() => Answers(@"printf 'f\000\000\000\000'", "took ");

    [Fact]
    public void Why_it_could_not_be_read_is_said_with_the_files_name() => Answers(@"printf 'p\004\000\000\000gone'", _path + ": gone");

    [Fact]
    public void The_longest_comes_in_many_turns()
    {
        _take = bytes => new SystemEvent.ReloadRefused([$"took {bytes.Length}"]);
        Answers(@"printf 'f\001\000\004\000'; exec head -c 262145 /dev/zero", "took 262145");
    }

    [Theory]
    [InlineData(@"printf 'f\004\000\000\000abc'")]
    [InlineData(@"printf 'f\003\000'")]
    [InlineData(@"printf 'x\003\000\000\000abc'")]
    [InlineData(@"printf 'f\002\000\004\000'; exec head -c 262146 /dev/zero")]
    [InlineData(@"printf 'f\377\377\377\377abc'")]
    [InlineData("exit 1")]
    [InlineData("kill -KILL $$")]
    public void Half_an_answer_is_none(string script) =>
        Answers(script, _path + ": the process that was to read it ended without an answer; send SIGHUP again");

    [Fact]
    public void A_child_that_was_collected_first_is_read_to_its_end()
    {
        Start(Abc);
        var pid = Collected(Assert.Single(_helpers));
        Assert.False(_read.TakeCollected(pid + 1, ExitStatus.Exited(0)));
        Assert.True(_read.TakeCollected(pid, ExitStatus.Exited(0)));
        Assert.Equal(["took abc"], _told);
        Assert.Equal(Instant.Never, _read.Due);
    }

    [Fact]
    public void One_that_takes_too_long_is_killed_and_the_file_refused()
    {
        Start(Hangs);
        Assert.InRange(_read.Due - MonotonicClock.Now, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(10));
        _read.Expire(_read.Due + TimeSpan.FromMilliseconds(-1));
        Assert.Empty(_told);
        _read.Expire(_read.Due);
        Assert.StartsWith(_path + ": not read within 10s: its file system does not answer", Assert.Single(_told), StringComparison.Ordinal);
        Assert.Equal(Instant.Never, _read.Due);
        Assert.Null(_onReadable);
        CollectAll();
        Assert.Single(_told);
    }

    [Fact]
    public void An_answer_that_waits_when_time_is_up_counts()
    {
        Start(Abc);
        Assert.True(SpinWait.SpinUntil(() => RealChild.HasEnded(Assert.Single(_helpers)), TimeSpan.FromSeconds(10)));
        _read.Expire(_read.Due);
        Assert.Equal(["took abc"], _told);
    }

    [Fact]
    public void Requests_made_meanwhile_have_one_read_more_however_many()
    {
        Start(Abc);
        Start(Abc);
        Start(Abc);
        Assert.Single(_paths);
        Answered("took abc");
        Assert.Equal(2, _paths.Count);
        Answered("took abc");
        Assert.Equal(2, _paths.Count);
        Assert.Equal(Instant.Never, _read.Due);
        CollectAll();
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public void A_request_made_meanwhile_has_its_read_also_after_one_that_hangs()
    {
        Start(Hangs);
        Start(Abc);
        var due = _read.Due;
        _read.Expire(due);
        Assert.Single(_paths);
        _read.Expire(_read.Due);
        Assert.Equal(2, _paths.Count);
        Assert.InRange(_read.Due - MonotonicClock.Now, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(10));
        Answered("took abc");
    }

    [Fact]
    public void A_child_that_outlives_its_SIGKILL_does_not_keep_the_next_from_being_started()
    {
        for (var i = 0; i < 4; i++)
        {
            Start(Hangs);
            _read.Expire(_read.Due);
        }
        // No child was collected.
        Start(Abc);
        Assert.StartsWith(_path + ": 4 earlier reads still hang", _told[^1], StringComparison.Ordinal);
        Assert.Equal(4, _paths.Count);
        Assert.True(_read.TakeCollected(Collected(_helpers.First()), ExitStatus.Exited(0)));
        Start(Abc);
        Answered("took abc");
        CollectAll();
    }

    [Fact]
    public void Where_no_child_can_be_started_it_is_read_here_and_the_next_may_be()
    {
        File.WriteAllText(_path, "itself");
        _refused = new Errno(Errno.EAGAIN);
        Start(Abc);
        Assert.Equal(["took itself"], _told);
        Assert.Empty(_helpers);
        Assert.Equal(Instant.Never, _read.Due);
        _refused = Errno.None;
        Start(Abc);
        Answered("took abc");
    }

    [Fact]
    public void Where_it_cannot_be_read_here_either_it_is_said()
    {
        File.Delete(_path);
        _refused = new Errno(Errno.EAGAIN);
        Start(Abc);
        Assert.StartsWith(_path + ": No such file or directory", Assert.Single(_told), StringComparison.Ordinal);
        File.WriteAllText(_path, "");
    }

    /// <summary>The child's runtime got no thread, so none of our code has run in it.</summary>
    [Fact]
    public void A_read_whose_child_had_no_room_for_its_runtime_is_done_here()
    {
        File.WriteAllText(_path, "itself");
        Start("exit 255");
        var pid = Collected(Assert.Single(_helpers));
        Assert.True(_read.TakeCollected(pid, ExitStatus.Exited(255)));
        Assert.Equal(["took itself"], _told);
        Assert.Equal(Instant.Never, _read.Due);
    }

    [Fact]
    public void A_read_that_is_dropped_is_killed_and_not_answered()
    {
        Start(Hangs);
        Start(Abc);
        _read.Drop();
        Assert.Equal(Instant.Never, _read.Due);
        CollectAll();
        Assert.Empty(_told);
        Assert.Single(_paths);
        _read.Drop();
        Start(Abc);
        Answered("took abc");
    }

    [Fact]
    public void Where_taking_it_goes_wrong_there_is_an_answer_and_the_next_read()
    {
        _take = _ => throw new InvalidOperationException("out of something");
        Start(Abc);
        Start(Abc);
        Assert.Throws<InvalidOperationException>(() => ReadUntil(() => false));
        Assert.Equal([_path + ": its contents could not be put in force; send SIGHUP again"], _told);
        _take = _ => new SystemEvent.ReloadRefused(["took it"]);
        _read.Expire(_read.Due);
        Answered("took it");
    }

    private void Answers(string script, string told)
    {
        Start(script);
        Answered(told);
        CollectAll();
        Assert.Single(_told);
    }

    private void Start(string script)
    {
        _script = script;
        _read.Start();
    }

    private Errno Begin(string path, int answer, out int pid)
    {
        pid = 0;
        if (!_refused.IsSuccess)
            return _refused;
        _paths.Add(path);
        return Spawner.SpawnOurselves(
            ["sh", "-c", _script], ImmutableSortedDictionary<string, string>.Empty, [new(answer, 1)], out pid, "/bin/sh");
    }

    private void Answered(string told)
    {
        var before = _told.Count;
        ReadUntil(() => _told.Count > before);
        Assert.Equal(told, _told[^1]);
        Assert.Equal(before + 1, _told.Count);
        // The kernel's side does the same at the end of each turn: a read that was requested meanwhile begins.
        _read.Expire(MonotonicClock.Now);
    }

    private void CollectAll()
    {
        foreach (var pid in _helpers.ToArray())
            Assert.True(_read.TakeCollected(Collected(pid), ExitStatus.Exited(0)));
    }

    /// <summary>Waits for a child as the kernel's side does, and forgets it.</summary>
    private int Collected(int pid)
    {
        RealChild.Collect(pid);
        _ = _helpers.Remove(pid);
        return pid;
    }

    private void ReadUntil(Func<bool> isDone) => RealChild.ReadUntil(() => _onReadable, isDone);
}
