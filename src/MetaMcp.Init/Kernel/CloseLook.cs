using System.Collections.Immutable;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Kernel;

/// <summary>Starts a child that answers on the descriptor how much memory each group of processes has.</summary>
internal delegate Errno MeasureStart(IReadOnlyList<int[]> groups, int answer, out int pid);

/// <summary>
/// How much memory runs have, by PSS. To read it takes a lock of each process, which is never to be had where a thread that holds it waits
/// for a file system that hangs; so a short child reads it. For what it has not told in time the estimate stands that PID 1 made
/// without the lock. There is one such child at most: while an old one cannot be got rid of, there are estimates.
/// </summary>
/// <param name="begin">Starts the child.</param>
/// <param name="helpers">Knows its pid until it is collected.</param>
/// <param name="watch">Calls back when a descriptor can be read.</param>
/// <param name="unwatch">No more; called before it is closed.</param>
/// <param name="tell">Has the answer, once for each <see cref="Start"/>.</param>
internal sealed unsafe class CloseLook(
    MeasureStart begin, HashSet<int> helpers, Action<int, Action> watch, Action<int> unwatch, Action<ImmutableArray<RunUsage>> tell)
{
    /// <summary>With the time to the look before it, this is within the second that a breach may last.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private ImmutableArray<RunUsage> _estimates = [];
    private MeasureAnswer _answer = new();

    /// <summary>Of the last child until it is collected; else 0.</summary>
    private int _pid;
    private int _pipe = -1;

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <param name="estimates">What is taken where PSS cannot be had.</param>
    /// <param name="members">The processes of each of those runs.</param>
    public void Start(ImmutableArray<RunUsage> estimates, IReadOnlyList<int[]> members)
    {
        // A look that is not over is over now.
        Finish();
        if (estimates.IsEmpty || _pid != 0 || !Spawn(members))
        {
            tell(estimates);
            return;
        }
        (_estimates, _answer) = (estimates, new MeasureAnswer());
        Due = MonotonicClock.Now + Patience;
        watch(_pipe, Read);
    }

    /// <summary>Gives up on a child that takes too long.</summary>
    public void Expire(Instant now)
    {
        if (now < Due)
            return;
        // It was not collected: that would have been the end of the look.
        _ = kill(_pid, Signal.Kill.Number);
        Finish();
    }

    /// <summary>A child was collected; true where it was this one.</summary>
    public bool TakeCollected(int pid)
    {
        if (pid != _pid)
            return false;
        _pid = 0;
        Read();
        Finish();
        return true;
    }

    private bool Spawn(IReadOnlyList<int[]> members)
    {
        if (!Pipe.Open(out var reading, out var writing).IsSuccess)
            return false;
        var error = begin(members, writing, out var pid);
        _ = close(writing);
        if (!error.IsSuccess)
        {
            _ = close(reading);
            return false;
        }
        (_pid, _pipe) = (pid, reading);
        _ = helpers.Add(pid);
        return true;
    }

    private void Read()
    {
        Span<byte> text = stackalloc byte[1024];
        while (_pipe >= 0)
        {
            nint count;
            fixed (byte* start = text)
                count = read(_pipe, start, (nuint)text.Length);
            if (count < 0)
                return;
            if (count == 0 || !_answer.Take(text[..(int)count]))
                Finish();
        }
    }

    private void Finish()
    {
        if (_pipe < 0)
            return;
        unwatch(_pipe);
        _ = close(_pipe);
        (_pipe, Due) = (-1, Instant.Never);
        var told = _answer.Told;
        tell([.. _estimates.Select((usage, at) => at < told.Count ? usage with { Memory = told[at] } : usage)]);
    }
}
