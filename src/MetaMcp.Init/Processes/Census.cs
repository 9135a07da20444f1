using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>As <see cref="ProcessTable.Read"/>.</summary>
internal delegate Errno ProcessReader(ProcessSnapshot into, Func<int, bool>? isLeftOut, out bool isWhole);

/// <summary>
/// Who belongs to which run where there are no cgroups, as far as the last look showed. A look reads every process; it is taken
/// only when somebody asks, and holds until <see cref="Expire"/>.
/// </summary>
internal sealed class Census
{
    /// <summary>
    /// No more environments are read in one look, some 2 ms: a child whose run only its environment tells is found later (AdoptedChildren).
    /// </summary>
    private const int MostClaims = 64;

    private readonly ProcessReader _read;
    private readonly Func<int, RunClaim> _claimOf;
    private ProcessSnapshot _now = new();
    private ProcessSnapshot _before = new();
    private int _claims;

    /// <param name="cookie">What our runs have in their environment.</param>
    /// <param name="read">Another source than /proc, for tests.</param>
    public Census(InstanceCookie cookie, ProcessReader? read = null)
    {
        Claims = new ClaimReader(cookie);
        _read = read ?? ProcessTable.Read;
        _claimOf = ClaimOf;
    }

    /// <summary>Reads what processes say of themselves.</summary>
    public ClaimReader Claims { get; }

    public bool IsFresh { get; private set; }

    /// <summary>Whether nobody came or went during the last look.</summary>
    public bool IsWhole { get; private set; }

    public void Expire() => IsFresh = false;

    /// <summary>Looks anew. Where that is refused nothing is known of anybody, but who was whose is remembered for the next look.</summary>
    /// <param name="children">Those of our children that we know.</param>
    /// <param name="runs">Every run of which something may be left.</param>
    /// <param name="isStranger">Children of ours that are of no run: they are not read, and what hangs below them is of no run
    /// either.</param>
    public Errno Look(ReadOnlySpan<KnownChild> children, ReadOnlySpan<KnownRun> runs, Func<int, bool>? isStranger = null)
    {
        var error = _read(_before, isStranger, out var isWhole);
        IsFresh = error.IsSuccess;
        if (!IsFresh)
            return error;
        (_now, _before) = (_before, _now);
        _claims = 0;
        IsWhole = RunMembership.Assign(_now, _before, getpid(), children, runs, _claimOf, isStranger) && isWhole && _claims <= MostClaims;
        return error;
    }

    /// <summary>The run that the last look knew this very process to be of; 0 for none.</summary>
    public long Remembered(in ProcessStat process) => _now.Find(process) is >= 0 and var at ? _now[at].Run : 0;

    /// <summary>Whether a process of the run lives.</summary>
    public bool HasMembers(long run)
    {
        for (var at = 0; at < _now.Count; at++)
            if (_now[at].Run == run && !_now[at].Stat.IsDead)
                return true;
        return false;
    }

    /// <summary>To each process of the run, once.</summary>
    public void Signal(long run, Signal signal)
    {
        for (var at = 0; at < _now.Count; at++)
            if (_now[at].Run == run && !_now[at].Stat.IsDead)
                _ = PinnedSignal.Send(_now[at].Stat, signal);
    }

    /// <summary>
    /// Sends SIGKILL to each process of the run that was not sent it yet. False where none was sent it: nobody is there, or looking
    /// again at once is of no use.
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
            var group = process.Stat.Group == lastGroup ? 0 : process.Stat.Group;
            process.IsKilled = PinnedSignal.Send(process.Stat, Core.Values.Signal.Kill, group);
            lastGroup = process.Stat.Group;
            found |= process.IsKilled;
        }
        return found;
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
