using System.Globalization;
using System.Text.Unicode;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Placing;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launching;

/// <summary>
/// Moves processes into cgroups, each by a short child (<c>place</c>): the kernel may take some milliseconds for it, which PID 1 must not
/// wait for. The child is started as soon as there is a cgroup, and is ready by the time the client has named its process. Its exit code
/// is the answer. One that takes too long is killed; its answer is told at once.
/// </summary>
/// <param name="nullDescriptor">The child's outputs.</param>
/// <param name="helpers">Holds the pid of a child until it is collected.</param>
/// <param name="answer">Gets the id that was given, and success or the error; ESRCH if the process has ended.</param>
/// <param name="intruder">Gets a child of ours that was moved in place of a process that had ended, and the cgroup.</param>
internal sealed unsafe class Placements(int nullDescriptor, HelperTable helpers, Action<long, Errno> answer, Action<int, string> intruder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<int, Placement> _children = [];

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due
    {
        get
        {
            var due = Instant.Never;
            foreach (var child in _children.Values)
                due = Instant.Earlier(due, child.Late);
            return due;
        }
    }

    /// <summary>Whether a child for this id was told its process and was not collected: the process may still be moved.</summary>
    public bool IsUnderWay(long id) => Find(id) is { Main.Pid: > 0 };

    /// <summary>Starts the child. If that fails, it is tried again when the process is known.</summary>
    /// <param name="id">A number without a child; given back with the answer.</param>
    /// <param name="directory">The cgroup.</param>
    public Errno Prepare(long id, string directory)
    {
        _ = _children.EnsureCapacity(_children.Count + 1);
        var placement = new Placement(id, directory);
        var error = WaitingChild.Start(["place", directory], nullDescriptor, [], isFreeing: false, out var child, out var pipe);
        if (!error.IsSuccess)
            return error;
        placement.Pipe = pipe;
        _children.Add(child, placement);
        helpers.AddReader(child);
        helpers.Add(child, 0);
        return Errno.None;
    }

    /// <summary>Has the process moved.</summary>
    /// <param name="id">As above.</param>
    /// <param name="directory">The cgroup.</param>
    /// <param name="main">The process; its start time tells it from a later one with its pid.</param>
    public Errno Start(long id, string directory, ProcessKey main)
    {
        if (Find(id) is null && Prepare(id, directory) is { IsSuccess: false } error)
            return error;
        var placement = Find(id)!;
        (placement.Main, placement.Late) = (main, MonotonicClock.Now + Patience);
        Span<byte> line = stackalloc byte[64];
        _ = Utf8.TryWrite(line, CultureInfo.InvariantCulture, $"{main.Pid} {main.StartTime}\n", out var length);
        // The pipe is empty, so the write does not wait. EPIPE: the child has ended, and its exit code is the answer.
        fixed (byte* start = line)
            _ = write(placement.Pipe, start, (nuint)length);
        ClosePipe(placement);
        return Errno.None;
    }

    /// <summary>No process will be named: the child ends.</summary>
    public void Cancel(long id)
    {
        if (Find(id) is { } placement)
            ClosePipe(placement);
    }

    private Placement? Find(long id)
    {
        foreach (var child in _children.Values)
            if (child.Id == id)
                return child;
        return null;
    }

    private static void ClosePipe(Placement placement)
    {
        if (placement.Pipe >= 0)
            _ = close(placement.Pipe);
        placement.Pipe = -1;
    }

    /// <summary>Gives up on children that take too long.</summary>
    public void Expire(Instant now)
    {
        foreach (var (pid, child) in _children)
        {
            if (child.Late > now)
                continue;
            // The child was not collected, so the pid is still its own.
            _ = kill(pid, Signal.Kill.Number);
            helpers.Killed(pid);
            answer(child.Id, new Errno(Errno.ETIMEDOUT));
            (child.Late, child.IsAnswered) = (Instant.Never, true);
        }
    }

    /// <summary>A child was collected; true if it was one of these.</summary>
    public bool TakeCollected(int pid, ExitStatus status)
    {
        if (!_children.TryGetValue(pid, out var child))
            return false;
        // First of all: the pid is not the child's any more.
        _ = _children.Remove(pid);
        ClosePipe(child);
        if (status.Code == PlaceVerb.Intruder)
            intruder(child.Main.Pid, child.Directory);
        if (child.Main.Pid > 0 && !child.IsAnswered)
            answer(child.Id, ErrorOf(status));
        return true;
    }

    private static Errno ErrorOf(ExitStatus status) => new(status.Code switch
    {
        PlaceVerb.Intruder => Errno.ESRCH,
        { } code => code,
        // The child was killed, or its runtime had no memory.
        null => Errno.ENOMEM,
    });

    private sealed class Placement(long id, string directory)
    {
        public long Id { get; } = id;
        public string Directory { get; } = directory;

        /// <summary>The process; its pid is 0 until it is named.</summary>
        public ProcessKey Main { get; set; }

        /// <summary>The writing end of the pipe that the child waits for; -1 when it was told, or is to end.</summary>
        public int Pipe { get; set; } = -1;

        public Instant Late { get; set; } = Instant.Never;
        public bool IsAnswered { get; set; }
    }
}
