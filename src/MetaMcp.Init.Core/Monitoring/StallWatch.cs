using System.Globalization;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>
/// Whether services and servers stand still for want of memory: the kernel tells when all of their processes have waited for memory for a
/// tenth of two seconds (PSI, <c>Documentation/accounting/psi.rst</c>), once in two seconds at most. That is told once, and once more when
/// the kernel has told nothing of it for a while. Only the cgroup of the workload is asked: <c>/proc/pressure</c> is the machine's.
/// </summary>
/// <param name="response">Gets what follows.</param>
/// <param name="hasCgroup">Whether there is a cgroup of all services and servers.</param>
/// <param name="isAnyRunning">Whether memory is watched, and anything runs that could wait for it.</param>
internal sealed class StallWatch(Response response, bool hasCgroup, Func<bool> isAnyRunning)
{
    /// <summary>So long without a stall is its end.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    private bool _isSet;
    private Instant _since = Instant.Never;
    private Instant _last;

    /// <summary>When <see cref="TimePassed"/> has something to do.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>Why the kernel cannot tell of stalls; null if it can, or was not asked yet.</summary>
    public string? Problem { get; private set; } = hasCgroup ? null
        : "there is no cgroup of all services (limits are kept by looking), and /proc/pressure is the machine's";

    public bool IsStalled => _since != Instant.Never;

    /// <summary>Something may have begun or ended to run, or another file is in force.</summary>
    public void Advance()
    {
        var isWanted = Problem is null && isAnyRunning();
        if (isWanted == _isSet)
            return;
        response.MayEndHere();
        response.Add(new Effect.WatchStalls(isWanted));
        _isSet = isWanted;
        if (!isWanted && IsStalled)
            End();
    }

    /// <summary>The kernel tells of a stall.</summary>
    /// <param name="percent">The part of the last ten seconds in which all processes waited; null if it cannot be read.</param>
    public void Stalled(double? percent)
    {
        if (!_isSet)
            return;
        if (!IsStalled)
        {
            response.Tell(Notices.MemoryStalled.Of(
                percent is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.00} %") : null));
            _since = response.Now;
        }
        (_last, Due) = (response.Now, response.Now + Quiet);
    }

    /// <summary>The kernel cannot tell of stalls.</summary>
    public void NotToBeHad(string problem)
    {
        response.Tell(Notices.StallsUnknown.Of(problem));
        (Problem, _isSet) = (problem, false);
    }

    public void TimePassed()
    {
        if (IsStalled)
            End();
    }

    private void End()
    {
        response.Tell(Notices.MemoryEased.Of(Duration.FormatRounded(_last - _since)));
        (_since, Due) = (Instant.Never, Instant.Never);
    }
}
