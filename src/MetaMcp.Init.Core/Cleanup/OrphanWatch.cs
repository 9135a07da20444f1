using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Cleanup;

/// <summary>
/// Watches processes that belong to no live run. With the policy "terminate", a process that certainly belonged to a run that is over is
/// asked to end after its grace, when its turn comes, if a sweep after the grace still finds that it belongs to no live run; then it is
/// killed like a service. With "report" each such process is logged once; with "adopt" there is no search. A process that may belong to a
/// live run is logged once and left alone, whatever the policy. If /proc cannot be read for a process, it is assumed to exist still: a
/// process that withstands SIGKILL often cannot be read either. Only <see cref="MostKnown"/> processes are remembered, since each takes
/// memory of PID 1; the others are counted, and are taken up when some of the remembered ones have ended. After a sweep, the first few
/// processes have a line each in the log, and all others have one line together.
/// </summary>
internal sealed class OrphanWatch(Settings settings, Registry registry, Action<Effect> perform, Action<long> queue)
{
    /// <summary>Ended orphans are counted by the name of their command, for this many names; all others are counted together.</summary>
    private const int MostCommands = 64;

    /// <summary>The number of processes that are remembered, at about 1 KB each.</summary>
    public const int MostKnown = 1024;

    /// <summary>
    /// The number of remembered processes that are left alone. They stay for good, and must not take the place of those that are to end.
    /// </summary>
    public const int MostLeftAlone = 512;

    /// <summary>
    /// The number of log lines from one sweep to the next that name one orphan each: this many for orphans found, and as many for orphans
    /// that ended.
    /// </summary>
    private const int MostLines = 16;

    private int _linesOfEnds;
    private int _endsUntold;
    private int _beyond;

    /// <summary>
    /// Whether the last sweep found new processes, or the end of known ones. If it changed nothing, another sweep is useless until some
    /// process ends.
    /// </summary>
    private bool _hasChanged;

    private readonly Dictionary<int, Orphan> _orphans = [];
    private readonly Dictionary<string, int> _ended = [];
    private readonly int[] _stages = new int[6];

    private enum Stage { Told, Graced, Queued, Asked, Killed, Failed }

    /// <summary>The settings in force.</summary>
    public Settings InForce { get; private set; } = settings;

    /// <summary>The number of orphans that were ended, by command.</summary>
    public IReadOnlyDictionary<string, int> Ended => _ended;

    /// <summary>The number of orphans whose cleanup is under way.</summary>
    public int Cleanups => _stages[(int)Stage.Asked] + _stages[(int)Stage.Killed];

    /// <summary>Whether another sweep is needed, since orphans are to end.</summary>
    public bool HasAny => _orphans.Count > _stages[(int)Stage.Told] || _endsUntold > 0 || (_beyond > 0 && _hasChanged);

    /// <summary>
    /// The time of the next signal to an orphan. It may be earlier than needed, since the orphan it was set for may have ended.
    /// </summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>The end of the first grace, when a sweep is to confirm that the orphans belong to no live run.</summary>
    public Instant GraceEnds { get; private set; } = Instant.Never;

    private InitSettings Settings => InForce.Init;

    private ShutdownSettings Shutdown => InForce.Shutdown;

    /// <summary>
    /// Puts other settings in force. Under another policy, each process that has not been asked to end is judged anew; true if that is
    /// so.
    /// </summary>
    public bool PutInForce(Settings settings)
    {
        var isAnother = settings.Init.Orphans != Settings.Orphans;
        InForce = settings;
        if (!isAnother)
            return false;
        var unasked = new List<Orphan>();
        foreach (var orphan in _orphans.Values)
            if (orphan.Stage is Stage.Told or Stage.Graced or Stage.Queued)
                unasked.Add(orphan);
        foreach (var orphan in unasked)
            _ = HasEnded(orphan, null);
        Recount();
        return true;
    }

    /// <summary>All remembered processes, for the next sweep.</summary>
    public IReadOnlyList<Stranger> Known()
    {
        var known = new List<Stranger>(_orphans.Count);
        foreach (var orphan in _orphans.Values)
            known.Add(orphan.Stranger);
        return known;
    }

    /// <summary>Takes the result of a sweep.</summary>
    /// <param name="strangers">The processes whose /proc was read.</param>
    /// <param name="vanished">The remembered processes that have ended.</param>
    /// <param name="unseen">The number of further processes that may be strangers.</param>
    /// <param name="now">Now.</param>
    public void Seen(IReadOnlyList<Stranger> strangers, IReadOnlyList<Stranger> vanished, int unseen, Instant now)
    {
        if (_endsUntold > 0)
            Tell(Notices.MoreOrphansEnded.Of(_endsUntold));
        _linesOfEnds = _endsUntold = 0;
        var (found, beyond) = (0, unseen);
        foreach (var gone in vanished)
            if (_orphans.TryGetValue(gone.Pid, out var orphan) && orphan.Stranger.StartTime == gone.StartTime)
                HasEnded(orphan, null);
        foreach (var stranger in strangers)
        {
            if (!_orphans.TryGetValue(stranger.Pid, out var orphan))
            {
                if (!HasRoomFor(stranger))
                    beyond++;
                else if (Enter(stranger, now, isTold: found < MostLines))
                    found++;
            }
            else if (orphan.Stage == Stage.Graced && now >= orphan.Due)
            {
                Move(orphan, Stage.Queued, Instant.Never);
                queue(orphan.Entry.Sequence);
            }
        }
        Recount();
        _hasChanged = found > 0 || vanished.Count > 0;
        // One notice is enough while there are some.
        var isNew = beyond > 0 && _beyond == 0;
        _beyond = beyond;
        if (found > MostLines || isNew)
            Tell(Notices.MoreOrphans.Of(Math.Max(found - MostLines, 0), beyond));
    }

    private bool HasRoomFor(Stranger stranger) =>
        _orphans.Count < MostKnown && (IsToEnd(stranger) || _stages[(int)Stage.Told] < MostLeftAlone);

    private bool IsToEnd(Stranger stranger) => Settings.Orphans == OrphanPolicy.Terminate && stranger.IsOurs;

    /// <summary>The time until an orphan is asked to end; null if it is left alone, or was asked already.</summary>
    public TimeSpan? EndsIn(int pid, Instant now) => _orphans.TryGetValue(pid, out var orphan) && orphan.Stage == Stage.Graced
        ? Instant.Later(orphan.Due, now) - now : null;

    /// <summary>Whether some orphans wait for their turn in the cleanup queue.</summary>
    public bool HasWaiting => _stages[(int)Stage.Queued] > 0;

    /// <summary>The numbers of the orphans that wait for their turn in the cleanup queue.</summary>
    public IEnumerable<long> Waiting()
    {
        foreach (var orphan in _orphans.Values)
            if (orphan.Stage == Stage.Queued)
                yield return orphan.Entry.Sequence;
    }

    /// <summary>The turn of an entry has come: asks the orphan to end. False if the entry is no orphan that waits.</summary>
    public bool Ask(long number, Instant now)
    {
        if (registry.Find(number) is not { Kind: EntryKind.Orphan, Pid: var pid } || !_orphans.TryGetValue(pid, out var orphan) ||
            orphan.Stage != Stage.Queued)
            return false;
        Move(orphan, Stage.Asked, now + Shutdown.TermTimeout);
        Due = Instant.Earlier(Due, orphan.Due);
        perform(new Effect.SignalStranger(orphan.Stranger, Signal.Term));
        perform(new Effect.SignalStranger(orphan.Stranger, Signal.Cont));
        return true;
    }

    /// <summary>Sends the next signal to each orphan whose time is over.</summary>
    public void Advance(Instant now)
    {
        if (now < Due)
            return;
        foreach (var orphan in _orphans.Values)
        {
            if (orphan.Stage is not (Stage.Asked or Stage.Killed or Stage.Failed) || now < orphan.Due)
                continue;
            orphan.Kills++;
            var hasFailed = orphan.Stage == Stage.Failed || Escalation.HasFailed(orphan.Kills, Shutdown.Retries);
            if (hasFailed && orphan.Stage != Stage.Failed)
                Tell(
                    Notices.OrphanCleanupFailed.Of(orphan.Stranger.Command, orphan.Stranger.Pid, orphan.Kills - 1), orphan.Entry.Sequence);
            Move(orphan, hasFailed ? Stage.Failed : Stage.Killed, now + Escalation.RetryAfter(orphan.Kills));
            perform(new Effect.SignalStranger(orphan.Stranger, Signal.Kill));
        }
        Recount();
    }

    /// <summary>A process that was just started has this pid: the orphan that had it has ended.</summary>
    public void Reused(int pid)
    {
        if (_orphans.TryGetValue(pid, out var orphan))
            HasEnded(orphan, null);
    }

    /// <summary>A child that belongs to no live run was collected; true if it was an orphan that we had asked to end.</summary>
    public bool Collected(int pid, ExitStatus status) => _orphans.TryGetValue(pid, out var orphan) && HasEnded(orphan, status);

    /// <returns>Whether the process was not known before.</returns>
    private bool Enter(Stranger stranger, Instant now, bool isTold)
    {
        if (registry.FindByPid(stranger.Pid) is not null)
            return false;
        var isToEnd = IsToEnd(stranger);
        _ = _orphans.EnsureCapacity(_orphans.Count + 1);
        var entry = registry.Add(EntryKind.Orphan, stranger.Command, null, 0, now, stranger.Pid);
        var orphan = new Orphan(stranger, entry)
        {
            Stage = isToEnd ? Stage.Graced : Stage.Told, Due = isToEnd ? now + Settings.OrphanGrace : Instant.Never,
        };
        _stages[(int)orphan.Stage]++;
        _orphans[stranger.Pid] = orphan;
        if (isTold)
            Tell(
                isToEnd
                ? Notices.OrphanFound.Of(stranger.Command, stranger.Pid, Settings.OrphanGrace)
                : Notices.OrphanLeft.Of(
                    stranger.Command, stranger.Pid,
                    stranger.IsOurs
                    ? "belongs to no live service" : "may come from a docker exec, or belong to a service without evidence"),
                entry.Sequence);
        return true;
    }

    private bool HasEnded(Orphan orphan, ExitStatus? status)
    {
        _ = _orphans.Remove(orphan.Stranger.Pid);
        _stages[(int)orphan.Stage]--;
        registry.Remove(orphan.Entry);
        if (orphan.Stage is not (Stage.Asked or Stage.Killed or Stage.Failed))
            return false;
        var count = Counted(orphan.Stranger.Command);
        if (_linesOfEnds++ < MostLines)
            Tell(Notices.OrphanEnded.Of(orphan.Stranger.Command, orphan.Stranger.Pid, status, count), orphan.Entry.Sequence);
        else
            _endsUntold++;
        return true;
    }

    private int Counted(string command)
    {
        var name = _ended.ContainsKey(command) || _ended.Count < MostCommands ? command : "other";
        _ended[name] = _ended.GetValueOrDefault(name) + 1;
        return _ended[name];
    }

    private void Move(Orphan orphan, Stage stage, Instant due)
    {
        _stages[(int)orphan.Stage]--;
        _stages[(int)stage]++;
        (orphan.Stage, orphan.Due) = (stage, due);
    }

    /// <summary>Counts again, from the stage of each orphan, everything that depends on the stages.</summary>
    public void Recount()
    {
        Array.Clear(_stages);
        (Due, GraceEnds) = (Instant.Never, Instant.Never);
        foreach (var orphan in _orphans.Values)
        {
            _stages[(int)orphan.Stage]++;
            if (orphan.Stage == Stage.Graced)
                GraceEnds = Instant.Earlier(GraceEnds, orphan.Due);
            else
                Due = Instant.Earlier(Due, orphan.Due);
        }
    }

    private void Tell(Notice notice, long entry = 0)
    {
        notice.Run = entry;
        perform(new Effect.Report(notice));
    }

    private sealed class Orphan(Stranger stranger, Entry entry)
    {
        public Stranger Stranger { get; } = stranger;

        public Entry Entry { get; } = entry;

        public Stage Stage { get; set; }

        public Instant Due { get; set; }

        public int Kills { get; set; }
    }
}
