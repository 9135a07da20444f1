using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Events;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Tests.Processes;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Helpers;

/// <summary>A shell script takes the place of the command.</summary>
public sealed class AlertCommandTests : IDisposable
{
    private readonly HelperTable _helpers = new();
    private readonly Dictionary<int, PieceHandler> _watched = [];
    private readonly List<SystemEvent.AlertSent> _told = [];
    private readonly string _file = Path.GetTempFileName();
    private readonly AlertCommand _alerts;

    public AlertCommandTests() => _alerts = new AlertCommand(
        Begin, _helpers, new ProbeOutputs(_watched.Add, descriptor => _watched.Remove(descriptor)),
        told => _told.Add(Assert.IsType<SystemEvent.AlertSent>(told)));

    public void Dispose()
    {
        foreach (var pid in _helpers.Pids)
            RealChild.Kill(pid);
        File.Delete(_file);
    }

    [Fact]
    public void The_command_finds_the_whole_document_and_its_end()
    {
        var document = Encoding.ASCII.GetBytes(new string('x', 4095) + "\n");
        _alerts.Start(7, [$"exec cat > {_file}"], document);
        Assert.Empty(_told);
        Collect();
        Assert.Equal([new(7, null)], _told);
        Assert.Equal(document, File.ReadAllBytes(_file));
        Assert.Empty(_helpers.Pids);
        Assert.Empty(_watched);
    }

    [Fact]
    public void One_that_never_reads_delays_nothing()
    {
        _alerts.Start(1, ["exec sleep 60"], new byte[4096]);
        Assert.Single(_helpers.Pids);
        _alerts.Kill(1);
        Collect();
        Assert.Equal([new(1, "it ended: killed by SIGKILL")], _told);
    }

    [Fact]
    public void Its_last_line_says_why_it_failed()
    {
        _alerts.Start(1, ["echo one; echo 'no route to host' >&2; exit 3"], [10]);
        Collect();
        Assert.Equal([new(1, "it ended: exit code 3: no route to host")], _told);
    }

    [Fact]
    public void Its_whole_process_group_is_killed()
    {
        _alerts.Start(1, [$"sleep 60 & echo $! > {_file}.new; mv {_file}.new {_file}; wait"], [10]);
        Assert.True(SpinWait.SpinUntil(() => new FileInfo(_file).Length > 0, TimeSpan.FromSeconds(10)));
        var grandchild = int.Parse(File.ReadAllText(_file), System.Globalization.CultureInfo.InvariantCulture);
        _alerts.Kill(1);
        Collect();
        Assert.True(SpinWait.SpinUntil(() => !IsRunning(grandchild), TimeSpan.FromSeconds(10)), $"{grandchild} is left");
    }

    [Fact]
    public void No_second_one_runs_beside_it()
    {
        _alerts.Start(1, ["exec sleep 60"], [10]);
        _alerts.Start(2, ["exit 0"], [10]);
        Assert.Equal([new(2, "the one before has not ended")], _told);
        _alerts.Kill(1);
        Collect();
        Assert.Equal(1, _told[1].Number);
    }

    [Fact]
    public void A_kill_of_one_that_has_ended_is_answered()
    {
        _alerts.Kill(3);
        Assert.Equal(3, Assert.Single(_told).Number);
        Assert.NotNull(_told[0].Problem);
    }

    [Fact]
    public void Where_it_cannot_be_started_nothing_is_left_open()
    {
        var given = -1;
        var alerts = new AlertCommand(
            (ImmutableArray<string> _, int input, out int output) =>
            {
                (given, output) = (input, -1);
                return 0;
            },
            _helpers, new ProbeOutputs(_watched.Add, _ => { }), told => _told.Add((SystemEvent.AlertSent)told));
        alerts.Start(1, ["x"], [10]);
        Assert.Equal("it could not be started: the container has no process, descriptor or memory to give", Assert.Single(_told).Problem);
        Assert.Equal(-1, fcntl(given, F_GETFD, 0));
        Assert.Empty(_helpers.Pids);
    }

    private static bool IsRunning(int pid) =>
        File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);

    private static int Begin(ImmutableArray<string> command, int input, out int output)
    {
        Assert.True(Pipe.Open(out output, out var writing).IsSuccess);
        ReadOnlySpan<DescriptorMapping> mappings = [new(input, 0), new(writing, 1), new(writing, 2)];
        var error = Spawner.SpawnOurselves(
            ["sh", "-c", command[0]], ImmutableSortedDictionary<string, string>.Empty, mappings, out var pid, "/bin/sh");
        _ = close(writing);
        Assert.True(error.IsSuccess, error.Message);
        return pid;
    }

    private void Collect()
    {
        var pid = Assert.Single(_helpers.Pids);
        Reaped? ended = null;
        Assert.True(SpinWait.SpinUntil(() => (ended = Reaper.TryCollect(pid)) is not null, TimeSpan.FromSeconds(10)));
        _helpers.Remove(pid);
        Assert.True(_alerts.TakeCollected(pid, ended!.Value.Status));
    }
}
