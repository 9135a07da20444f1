using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Helpers;

/// <summary>Starts a child that writes to the descriptor <c>answer</c> how full the disks of paths are.</summary>
internal delegate Errno SpaceStart(IReadOnlyList<string> paths, int answer, out int pid);

/// <summary>
/// How full disks are. The call may block for ever (NFS, FUSE), so a short child process makes it, for one path after the other. The paths
/// that a late child has not reported are unknown; the path at which it stood still comes last the next time, so that it hides no other
/// path again. There is at most one such child: while an old child does not end, because it sleeps in the kernel, all paths are unknown.
/// </summary>
/// <param name="begin">Starts the child.</param>
/// <param name="helpers">Holds the pid of the child until it is collected.</param>
/// <param name="watch">Calls back when a descriptor can be read.</param>
/// <param name="unwatch">Ends that; called before the descriptor is closed.</param>
/// <param name="tell">Takes the answer, once for each request that was not dropped or replaced by a later one.</param>
internal sealed unsafe class DiskRead(
    SpaceStart begin, HashSet<int> helpers, Action<int, Action> watch, Action<int> unwatch, Action<ImmutableArray<DiskReading>> tell)
{
    /// <summary>The time for the whole answer: longer than a network file system takes that is merely slow.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Paths at which a child stood still, and which no child has read since.</summary>
    private readonly HashSet<string> _hung = new(StringComparer.Ordinal);

    /// <summary>The paths of the request under way, in the order of the child; of the last one if none is under way.</summary>
    private ImmutableArray<string> _paths = [];

    /// <summary>A request that came while another one was under way.</summary>
    private ImmutableArray<string> _next = [];

    private DiskAnswer _answer = new(0);

    /// <summary>The pid of the last child until it is collected; else 0.</summary>
    private int _pid;

    private int _pipe = -1;

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>Whether there is a child that was sent SIGKILL and not collected.</summary>
    public bool HasLeft => _pid != 0 && _pipe < 0;

    /// <summary>Whether this is such a child. If it does not end by SIGKILL, no signal ends it.</summary>
    public bool IsLeft(int pid) => HasLeft && pid == _pid;

    public void Start(ImmutableArray<string> paths)
    {
        _next = paths;
        if (_pipe < 0)
            Begin();
    }

    /// <summary>Gives up on a child that takes too long; its answer so far counts. Starts the request that came meanwhile.</summary>
    public void Expire(Instant now)
    {
        if (now < Due)
            return;
        if (_pipe < 0)
        {
            Due = Instant.Never;
            Begin();
            return;
        }
        Read();
        if (_pipe >= 0)
            Finish(isLate: true);
    }

    /// <summary>A child was collected; true if it was this one.</summary>
    public bool TakeCollected(int pid)
    {
        if (pid != _pid)
            return false;
        _pid = 0;
        try
        {
            Read();
        }
        finally
        {
            Finish(isLate: false);
        }
        return true;
    }

    /// <summary>The answer is not wanted any more.</summary>
    public void Drop()
    {
        _next = [];
        Leave();
    }

    private void Begin()
    {
        var paths = _next;
        _next = [];
        if (paths.IsEmpty)
            return;
        if (_pid != 0)
        {
            var stuck = _paths.FirstOrDefault(_hung.Contains) ?? "an earlier path";
            tell([.. paths.Select(path => new DiskReading(path, null, $"the process that reads {stuck} hangs in the kernel"))]);
            return;
        }
        // A path that another file does not have any more need not be remembered.
        _hung.IntersectWith(paths);
        _paths = [.. paths.Where(path => !_hung.Contains(path)), .. paths.Where(_hung.Contains)];
        _answer = new DiskAnswer(_paths.Length);
        var error = Spawn();
        if (!error.IsSuccess)
            tell([.. _paths.Select(path => new DiskReading(path, null, $"mcp-init cannot start a process to read it: {error}"))]);
    }

    private Errno Spawn()
    {
        var error = Pipe.Open(out var reading, out var writing);
        if (!error.IsSuccess)
            return error;
        try
        {
            error = begin(_paths, writing, out var pid);
            if (!error.IsSuccess)
                return error;
            (_pid, _pipe) = (pid, reading);
            Due = MonotonicClock.Now + Patience;
            _ = helpers.Add(pid);
            watch(reading, Read);
            return error;
        }
        finally
        {
            _ = close(writing);
            if (_pipe != reading)
                _ = close(reading);
        }
    }

    /// <summary>Reads up to 4096 bytes of the answer; longer answers take more turns.</summary>
    private void Read()
    {
        if (_pipe < 0)
            return;
        Span<byte> text = stackalloc byte[4096];
        nint count;
        fixed (byte* start = text)
            count = read(_pipe, start, (nuint)text.Length);
        // Nothing has come yet. Other errors are no different: the deadline ends the wait.
        if (count < 0)
            return;
        if (count == 0 || !_answer.Take(text[..(int)count]) || _answer.IsWhole)
            Finish(isLate: false);
    }

    private void Finish(bool isLate)
    {
        var isUnderWay = _pipe >= 0;
        Leave();
        // Not here: this may be called while children are collected, when pids that are free already still stand for collected children.
        if (_pid == 0 && !_next.IsEmpty)
            Due = MonotonicClock.Now;
        if (isUnderWay)
            tell(Readings(isLate));
    }

    private void Leave()
    {
        Due = Instant.Never;
        if (_pipe < 0)
            return;
        unwatch(_pipe);
        _ = close(_pipe);
        _pipe = -1;
        // The child was not collected, so the pid is still its own. Mostly the child has ended, or is about to.
        if (_pid != 0)
            _ = kill(_pid, Signal.Kill.Number);
    }

    private ImmutableArray<DiskReading> Readings(bool isLate)
    {
        var readings = ImmutableArray.CreateBuilder<DiskReading>(_paths.Length);
        string? stuck = null;
        for (var at = 0; at < _paths.Length; at++)
        {
            var path = _paths[at];
            if (_answer.Told[at] is { } told)
            {
                _ = _hung.Remove(path);
                readings.Add(Reading(path, told));
                continue;
            }
            readings.Add(new DiskReading(path, null, (isLate, stuck) switch
            {
                (false, _) => "the process that was to read it ended without an answer",
                (_, null) => $"its file system does not answer within {Duration.Format(Patience)}",
                _ => $"not read, since {stuck} does not answer",
            }));
            stuck ??= path;
        }
        if (isLate && stuck is not null)
            _ = _hung.Add(stuck);
        return readings.DrainToImmutable();
    }

    private static DiskReading Reading(string path, DiskAnswerLine told) => told switch
    {
        { Error.IsSuccess: false } => new DiskReading(path, null, told.Error.Message),
        // /proc, /sys and the like.
        { Space.Size: 0 } => new DiskReading(path, null, "its file system has no space of its own"),
        _ => new DiskReading(path, told.Space),
    };
}
