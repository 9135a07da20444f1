using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Cleanup;

/// <summary>
/// Processes that belong to no live run (design: orphans). With the policy "terminate", those that are certainly of a run that is
/// over are asked to end after their grace, if a look after it finds them still of nobody, in their turn; and killed like a service.
/// "report" says each once; "adopt" does not look. What may be anybody's is said once and left alone, whatever the policy. One that
/// a look cannot see is not taken to be gone: what withstands SIGKILL is mostly not to be looked at either.
/// Of thousands only so many are remembered, each of which takes memory of PID 1; the others are counted, and have their turn when
/// some of those have gone. The log has a line for the first ones of a look, and one for all others.
/// </summary>
internal sealed class OrphanWatch(Settings settings, Registry registry, Action<Effect> perform, Action<long> queue)
{
    /// <summary>Commands that are counted by name; what else there is counts together.</summary>
    private const int MostCommands = 64;

    /// <summary>So many are remembered, at about 1 KB each.</summary>
    public const int MostKnown = 1024;

    /// <summary>Of those so many may be left alone: they stay for good, and must not take the place of those that are to end.</summary>
    public const int MostLeftAlone = 512;

    /// <summary>Lines from one look to the next that tell of one orphan each: found, and as many ended.</summary>
    private const int MostLines = 16;

    private int _linesOfEnds;
    private int _endsUntold;
    private int _beyond;

    /// <summary>
    /// The last look found or missed something: while looks change nothing, there is no use in another before something ends.
    /// </summary>
    private bool _hasChanged;

    private readonly Dictionary<int, Orphan> _orphans = [];
    private readonly Dictionary<string, int> _ended = [];
    private readonly int[] _stages = new int[6];

    private enum Stage { Told, Graced, Queued, Asked, Killed, Failed }

    /// <summary>Those in force.</summary>
    public Settings InForce { get; private set; } = settings;

    /// <summary>How many were ended, by command.</summary>
    public IReadOnlyDictionary<string, int> Ended => _ended;

    /// <summary>Those whose cleanup is under way.</summary>
    public int Cleanups => _stages[(int)Stage.Asked] + _stages[(int)Stage.Killed];

    /// <summary>Whether some are to end: then there is something to look for again.</summary>
    public bool HasAny => _orphans.Count > _stages[(int)Stage.Told] || _endsUntold > 0 || (_beyond > 0 && _hasChanged);

    /// <summary>
    /// When one has had its time since it was asked or killed. This may be too early, since the orphan that it was for may have ended.
    /// </summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>When the first grace is over, and a look is to confirm that they are of nobody.</summary>
    public Instant GraceEnds { get; private set; } = Instant.Never;

    private InitSettings Settings => InForce.Init;

    private ShutdownSettings Shutdown => InForce.Shutdown;

    /// <summary>Others are in force: under another policy, who has not been asked yet is looked at anew. True where that is so.</summary>
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

    /// <summary>All that are known, for the next look.</summary>
    public IReadOnlyList<Stranger> Known()
    {
        var known = new List<Stranger>(_orphans.Count);
        foreach (var orphan in _orphans.Values)
            known.Add(orphan.Stranger);
        return known;
    }

    /// <summary>What a look showed.</summary>
    /// <param name="strangers">Those that were looked at.</param>
    /// <param name="vanished">Of those known before, the ones that have ended.</param>
    /// <param name="unseen">How many more there may be.</param>
    /// <param name="now">Now.</param>
    public void Seen(IReadOnlyList<Stranger> strangers, IReadOnlyList<Stranger> vanished, int unseen, Instant now)
    {
        if (_endsUntold > 0)
            Tell(new Notice.MoreOrphansEnded(_endsUntold));
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
        // Said once for as long as there are some.
        var isNew = beyond > 0 && _beyond == 0;
        _beyond = beyond;
        if (found > MostLines || isNew)
            Tell(new Notice.MoreOrphans(Math.Max(found - MostLines, 0), beyond));
    }

    private bool HasRoomFor(Stranger stranger) =>
        _orphans.Count < MostKnown && (IsToEnd(stranger) || _stages[(int)Stage.Told] < MostLeftAlone);

    private bool IsToEnd(Stranger stranger) => Settings.Orphans == OrphanPolicy.Terminate && stranger.IsOurs;

    /// <summary>Whether some wait for their turn in the cleanup queue.</summary>
    public bool HasWaiting => _stages[(int)Stage.Queued] > 0;

    /// <summary>The numbers of those that wait for their turn in the cleanup queue.</summary>
    public IEnumerable<long> Waiting()
    {
        foreach (var orphan in _orphans.Values)
            if (orphan.Stage == Stage.Queued)
                yield return orphan.Entry.Sequence;
    }

    /// <summary>The turn of an entry has come: asks the orphan to end; false where it is none that waits.</summary>
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

    /// <summary>Goes up the ladder with those whose time is over.</summary>
    public void Advance(Instant now)
    {
        if (now < Due)
            return;
        foreach (var orphan in _orphans.Values)
        {
            if (orphan.Stage is not (Stage.Asked or Stage.Killed or Stage.Failed) || now < orphan.Due)
                continue;
            orphan.Kills++;
            var hasFailed = orphan.Stage == Stage.Failed || Ladder.HasFailed(orphan.Kills, Shutdown.Retries);
            if (hasFailed && orphan.Stage != Stage.Failed)
                Tell(new Notice.OrphanCleanupFailed(orphan.Stranger.Pid, orphan.Stranger.Command, orphan.Kills - 1));
            Move(orphan, hasFailed ? Stage.Failed : Stage.Killed, now + Ladder.RetryAfter(orphan.Kills));
            perform(new Effect.SignalStranger(orphan.Stranger, Signal.Kill));
        }
        Recount();
    }

    /// <summary>A process that was just started has the pid: whoever had it is gone.</summary>
    public void Reused(int pid)
    {
        if (_orphans.TryGetValue(pid, out var orphan))
            HasEnded(orphan, null);
    }

    /// <summary>A child that is nobody's was collected; whether it was one that we had asked to end.</summary>
    public bool Collected(int pid, ExitStatus status) => _orphans.TryGetValue(pid, out var orphan) && HasEnded(orphan, status);

    /// <returns>Whether it is one that was not known.</returns>
    private bool Enter(Stranger stranger, Instant now, bool isTold)
    {
        if (registry.FindByPid(stranger.Pid) is not null)
            return false;
        var isToEnd = IsToEnd(stranger);
        _ = _orphans.EnsureCapacity(_orphans.Count + 1);
        var entry = registry.Add(EntryKind.Orphan, stranger.Command, -1, 0, now, stranger.Pid);
        var orphan = new Orphan(stranger, entry)
        {
            Stage = isToEnd ? Stage.Graced : Stage.Told, Due = isToEnd ? now + Settings.OrphanGrace : Instant.Never,
        };
        _stages[(int)orphan.Stage]++;
        _orphans[stranger.Pid] = orphan;
        if (isTold)
            Tell(new Notice.OrphanFound(stranger.Pid, stranger.Command, stranger.IsOurs, isToEnd ? Settings.OrphanGrace : null));
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
            Tell(new Notice.OrphanEnded(orphan.Stranger.Pid, orphan.Stranger.Command, status, count));
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

    /// <summary>Everything that follows from where each of them stands.</summary>
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

    private void Tell(Notice notice) => perform(new Effect.Report(notice));

    private sealed class Orphan(Stranger stranger, Entry entry)
    {
        public Stranger Stranger { get; } = stranger;

        public Entry Entry { get; } = entry;

        public Stage Stage { get; set; }

        public Instant Due { get; set; }

        public int Kills { get; set; }
    }
}
