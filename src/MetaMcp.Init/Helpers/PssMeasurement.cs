using System.Collections.Immutable;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Helpers;

/// <summary>Starts a child that writes to the descriptor <c>answer</c> how much memory each group of processes has.</summary>
internal delegate Errno MeasureStart(IReadOnlyList<int[]> groups, int answer, out int pid);

/// <summary>
/// The memory of runs, by PSS. The kernel takes a lock of each process to read it, and a thread that holds the lock may wait for a
/// file system that hangs; so a short child process reads it. For each run that the child has not reported in time, the estimate
/// counts that PID 1 made without the lock. There is at most one such child: while an old child does not end, there are estimates
/// only.
/// </summary>
/// <param name="begin">Starts the child.</param>
/// <param name="helpers">Holds the pid of the child until it is collected.</param>
/// <param name="watch">Calls back when a descriptor can be read.</param>
/// <param name="unwatch">Ends that; called before the descriptor is closed.</param>
/// <param name="tell">Takes the answer, once for each <see cref="Start"/>.</param>
internal sealed unsafe class PssMeasurement(
    MeasureStart begin, HashSet<int> helpers, Action<int, Action> watch, Action<int> unwatch, Action<ImmutableArray<RunUsage>> tell)
{
    /// <summary>
    /// The time from one line of the answer to the next. Together with the half second to the look before it, a breach of a limit is
    /// known within one second; many services near the cap of all together take longer.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    /// <summary>The time for the whole answer.</summary>
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(1);

    private ImmutableArray<RunUsage> _estimates = [];
    private MeasureAnswer _answer = new(0);
    private Instant _giveUpAt;

    /// <summary>The pid of the last child until it is collected; else 0.</summary>
    private int _pid;

    private int _pipe = -1;

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <param name="estimates">Used for runs whose PSS cannot be read.</param>
    /// <param name="members">The processes of each of those runs.</param>
    public void Start(ImmutableArray<RunUsage> estimates, IReadOnlyList<int[]> members)
    {
        // A measurement that is still under way ends now.
        Finish();
        var answer = new MeasureAnswer(estimates.Length);
        if (estimates.IsEmpty || _pid != 0 || !Spawn(members))
        {
            tell(estimates);
            return;
        }
        (_estimates, _answer) = (estimates, answer);
        _giveUpAt = MonotonicClock.Now + MostPatience;
        Due = MonotonicClock.Now + Patience;
        watch(_pipe, Read);
    }

    /// <summary>Gives up on a child that takes too long; its answer so far counts.</summary>
    public void Expire(Instant now)
    {
        if (now < Due)
            return;
        Read();
        if (now >= Due)
            Finish();
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
            Finish();
        }
        return true;
    }

    private bool Spawn(IReadOnlyList<int[]> members)
    {
        if (!Pipe.Open(out var reading, out var writing).IsSuccess)
            return false;
        try
        {
            if (!begin(members, writing, out var pid).IsSuccess)
                return false;
            (_pid, _pipe) = (pid, reading);
            _ = helpers.Add(pid);
            return true;
        }
        finally
        {
            _ = close(writing);
            if (_pipe != reading)
                _ = close(reading);
        }
    }

    /// <summary>Reads up to 4096 bytes of the answer; the longest answers take more turns.</summary>
    private void Read()
    {
        if (_pipe < 0)
            return;
        Span<byte> text = stackalloc byte[4096];
        nint count;
        fixed (byte* start = text)
            count = read(_pipe, start, (nuint)text.Length);
        if (count < 0)
            return;
        Due = Instant.Earlier(MonotonicClock.Now + Patience, _giveUpAt);
        if (count == 0 || !_answer.Take(text[..(int)count]) || _answer.IsWhole)
            Finish();
    }

    private void Finish()
    {
        if (_pipe < 0)
            return;
        // The child was not collected. Mostly it has ended, or is about to.
        if (_pid > 0)
            _ = kill(_pid, Signal.Kill.Number);
        unwatch(_pipe);
        _ = close(_pipe);
        (_pipe, Due) = (-1, Instant.Never);
        tell([.. _estimates.Select(Better)]);
    }

    private RunUsage Better(RunUsage estimate, int at) =>
        _answer.Told[at] is { } measured ? estimate with { Memory = measured.Bytes, IsEstimate = measured.IsEstimate } : estimate;
}
