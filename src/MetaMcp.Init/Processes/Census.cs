using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>As <see cref="ProcessTable.Read"/>.</summary>
internal delegate Errno ProcessReader(ProcessSnapshot into, out bool isWhole);

/// <summary>
/// Who belongs to which run where there are no cgroups, as far as the last look showed. A look reads every process; it is taken
/// only when somebody asks, and holds until <see cref="Expire"/>.
/// </summary>
internal sealed class Census
{
    private readonly InstanceCookie _cookie;
    private readonly ProcessReader _read;
    private readonly Func<int, RunClaim> _claimOf;
    private ProcessSnapshot _now = new();
    private ProcessSnapshot _before = new();

    /// <param name="cookie">What our runs have in their environment.</param>
    /// <param name="read">Another source than /proc, for tests.</param>
    public Census(InstanceCookie cookie, ProcessReader? read = null)
    {
        _cookie = cookie;
        _read = read ?? ProcessTable.Read;
        _claimOf = ClaimOf;
    }

    public bool IsFresh { get; private set; }

    /// <summary>Whether nobody came or went during the last look.</summary>
    public bool IsWhole { get; private set; }

    public void Expire() => IsFresh = false;

    /// <summary>Looks anew. Where that is refused nothing is known of anybody, but who was whose is remembered for the next look.</summary>
    public Errno Look(ReadOnlySpan<KnownChild> children, ReadOnlySpan<KnownRun> runs)
    {
        var error = _read(_before, out var isWhole);
        IsFresh = error.IsSuccess;
        if (!IsFresh)
            return error;
        (_now, _before) = (_before, _now);
        IsWhole = RunMembership.Assign(_now, _before, getpid(), children, runs, _claimOf) && isWhole;
        return error;
    }

    /// <summary>Whether the last look saw a pid.</summary>
    public bool Shows(int pid) => _now.Find(pid) >= 0;

    /// <summary>The run of a pid as the last look had it; 0 for none.</summary>
    public long RunOf(int pid) => _now.Find(pid) is >= 0 and var at ? _now[at].Run : 0;

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

    private RunClaim ClaimOf(int pid)
    {
        // environ is behind the lock of the memory map: it is asked for again at the next look.
        if (ProcessTable.IsBlocked(pid))
            return default;
        Span<byte> buffer = stackalloc byte[4096];
        var start = ProcFile.Read(pid, "environ"u8, buffer);
        var run = start.Length < buffer.Length ? _cookie.RunOf(start) : _cookie.RunOf(KernelFile.ReadAll($"/proc/{pid}/environ"));
        return run == 0 ? default : new RunClaim(run, ProcessTable.UserOf(pid));
    }
}
