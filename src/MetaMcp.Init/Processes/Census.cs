using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>As <see cref="ProcessTable.Read"/>.</summary>
internal delegate Errno ProcessReader(ProcessSnapshot into, Func<int, bool>? isLeftOut, out bool isWhole);

/// <summary>
/// The run of each process where there are no cgroups, as the last look showed it. A look reads every process; it is made only when
/// needed, and is valid until <see cref="Expire"/>.
/// </summary>
internal sealed class Census
{
    /// <summary>
    /// One look reads at most this many environments, in some 2 ms: a child whose run only its environment shows is found later
    /// (AdoptedChildren).
    /// </summary>
    private const int MostClaims = 64;

    private readonly ProcessReader _read;
    private readonly Func<int, RunClaim> _claimOf;
    private ProcessSnapshot _now = new();
    private ProcessSnapshot _before = new();
    private int _claims;
    private bool _hasNested;

    /// <param name="cookie">Recognises the tokens of our runs in environments.</param>
    /// <param name="read">Another source than /proc, for tests.</param>
    public Census(InstanceCookie cookie, ProcessReader? read = null)
    {
        Claims = new ClaimReader(cookie);
        _read = read ?? ProcessTable.Read;
        _claimOf = ClaimOf;
    }

    /// <summary>Reads the run that a process names.</summary>
    public ClaimReader Claims { get; }

    public bool IsFresh { get; private set; }

    /// <summary>Whether no process came or went during the last look.</summary>
    public bool IsWhole { get; private set; }

    public void Expire() => IsFresh = false;

    /// <summary>Looks anew. If that is refused no run is known, but the results before are kept for the next look.</summary>
    /// <param name="children">The children of ours that we know.</param>
    /// <param name="runs">Every run that may still have processes.</param>
    /// <param name="isStranger">Children of ours that belong to no run: they are not read, and all processes below them belong to no
    /// run either.</param>
    public Errno Look(ReadOnlySpan<KnownChild> children, ReadOnlySpan<KnownRun> runs, Func<int, bool>? isStranger = null)
    {
        var error = _read(_before, isStranger, out var isWhole);
        IsFresh = error.IsSuccess;
        if (!IsFresh)
            return error;
        (_now, _before) = (_before, _now);
        _claims = 0;
        _hasNested = false;
        foreach (var run in runs)
            _hasNested |= run.IsNested;
        IsWhole = RunMembership.Assign(_now, _before, getpid(), children, runs, _claimOf, isStranger) && isWhole && _claims <= MostClaims;
        return error;
    }

    /// <summary>The run that this very process belonged to at the last look; 0 for none.</summary>
    public long Remembered(in ProcessStat process) => _now.Find(process) is >= 0 and var at ? _now[at].Run : 0;

    /// <summary>Whether a process of the run is alive.</summary>
    public bool HasMembers(long run)
    {
        for (var at = 0; at < _now.Count; at++)
            if (_now[at].Run == run && !_now[at].Stat.IsDead)
                return true;
        return false;
    }

    /// <summary>Signals each process of the run, once.</summary>
    public void Signal(long run, Signal signal)
    {
        for (var at = 0; at < _now.Count; at++)
            if (_now[at].Run == run && !_now[at].Stat.IsDead)
                _ = PinnedSignal.Send(_now[at].Stat, signal);
    }

    /// <summary>
    /// Sends SIGKILL to each process of the run that was not sent it yet. False if it was sent to none: there is no such process, or
    /// another look at once would not help.
    /// </summary>
    public bool Kill(long run)
    {
        var found = false;
        var lastGroup = 0;
        for (var at = 0; at < _now.Count; at++)
        {
            ref var process = ref _now[at];
            if (process.Run != run || process.Stat.IsDead || process.IsKilled)
                continue;
            var group = process.Stat.Group == lastGroup || IsShared(process.Stat.Group, run) ? 0 : process.Stat.Group;
            process.IsKilled = PinnedSignal.Send(process.Stat, Core.Values.Signal.Kill, group);
            lastGroup = process.Stat.Group;
            found |= process.IsKilled;
        }
        return found;
    }

    /// <summary>
    /// Whether a process of another run is in the group: a launched server may be in that of its client, and neither is to end with the
    /// other.
    /// </summary>
    private bool IsShared(int group, long run)
    {
        for (var at = 0; _hasNested && at < _now.Count; at++)
            if (_now[at].Stat.Group == group && _now[at].Run != run && !_now[at].Stat.IsDead)
                return true;
        return false;
    }

    /// <summary>The living processes of the run.</summary>
    public void AddMembers(long run, List<ProcessStat> members)
    {
        for (var at = 0; at < _now.Count; at++)
            if (_now[at].Run == run && !_now[at].Stat.IsDead)
                members.Add(_now[at].Stat);
    }

    private RunClaim ClaimOf(int pid) => ++_claims > MostClaims ? default : Claims.Read(pid);
}
