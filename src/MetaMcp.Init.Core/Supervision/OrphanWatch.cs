using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// Processes that belong to no live run (design: orphans). With the policy "terminate", those that descend from what we started are
/// asked to end after their grace, in their turn, and killed like a service; "report" says each once; "adopt" does not look.
/// What may be of a <c>docker exec</c> is said once and left alone, whatever the policy.
/// </summary>
internal sealed class OrphanWatch(Plan plan, Registry registry, Action<Effect> perform)
{
    /// <summary>Commands that are counted by name; what else there is counts together.</summary>
    private const int MostCommands = 64;

    private readonly Dictionary<int, Orphan> _orphans = [];
    private readonly Dictionary<string, int> _ended = [];
    private int _queued;

    private enum Stage { Told, Graced, Queued, Asked, Killed, Failed }

    /// <summary>How many were ended, by command.</summary>
    public IReadOnlyDictionary<string, int> Ended => _ended;

    public int Count => _orphans.Count;

    /// <summary>Those whose cleanup is under way.</summary>
    public int Cleanups { get; private set; }

    public Instant Due { get; private set; } = Instant.Never;

    private InitSettings Settings => plan.Settings.Init;

    private ShutdownSettings Shutdown => plan.Settings.Shutdown;

    /// <summary>What a sweep showed: all there are now.</summary>
    public void Seen(IReadOnlyList<Stranger> strangers, Instant now)
    {
        var gone = new List<Orphan>();
        foreach (var orphan in _orphans.Values)
            if (!Contains(strangers, orphan.Stranger))
                gone.Add(orphan);
        foreach (var orphan in gone)
            Close(orphan, null);
        foreach (var stranger in strangers)
        {
            if (registry.FindByPid(stranger.Pid) is not null)
                continue;
            var isToEnd = Settings.Orphans == OrphanPolicy.Terminate && stranger.IsOurs;
            var entry = registry.Add(EntryKind.Orphan, stranger.Command, -1, 0, now, stranger.Pid);
            _orphans[stranger.Pid] = new Orphan(stranger, entry)
            {
                Stage = isToEnd ? Stage.Graced : Stage.Told, Due = isToEnd ? now + Settings.OrphanGrace : Instant.Never,
            };
            Tell(new Notice.OrphanFound(stranger.Pid, stranger.Command, stranger.IsOurs, isToEnd ? Settings.OrphanGrace : null));
        }
        Recount();
    }

    /// <summary>Does what is due, and asks those whose grace is over while there is a place for them.</summary>
    public void Advance(int places, Instant now)
    {
        if (now < Due && (places <= 0 || _queued == 0))
            return;
        foreach (var orphan in _orphans.Values)
        {
            if (now < orphan.Due && orphan.Stage != Stage.Queued)
                continue;
            switch (orphan.Stage)
            {
                case Stage.Graced or Stage.Queued when places > 0:
                    places--;
                    Move(orphan, Stage.Asked, now + Shutdown.TermTimeout, Signal.Term);
                    perform(new Effect.SignalStranger(orphan.Stranger, Signal.Cont));
                    break;
                case Stage.Graced:
                    (orphan.Stage, orphan.Due) = (Stage.Queued, Instant.Never);
                    break;
                case Stage.Asked or Stage.Killed or Stage.Failed:
                    orphan.Kills++;
                    if (orphan.Kills == Shutdown.Retries + 2)
                        Tell(new Notice.OrphanCleanupFailed(orphan.Stranger.Pid, orphan.Stranger.Command, orphan.Kills - 1));
                    Move(orphan, orphan.Kills > Shutdown.Retries + 1 ? Stage.Failed : Stage.Killed, now + CleanupSteps.RetryAfter(orphan.Kills), Signal.Kill);
                    break;
            }
        }
        Recount();
    }

    /// <summary>A process that was just started has the pid: whoever had it is gone.</summary>
    public void Reused(int pid)
    {
        if (!_orphans.TryGetValue(pid, out var orphan))
            return;
        Close(orphan, null);
        Recount();
    }

    /// <summary>A child that is nobody's was collected; whether it was one of these.</summary>
    public bool Collected(int pid, ExitStatus status)
    {
        if (!_orphans.TryGetValue(pid, out var orphan))
            return false;
        Close(orphan, status);
        Recount();
        return orphan.Stage is not (Stage.Told or Stage.Graced or Stage.Queued);
    }

    private int Counted(string command)
    {
        var name = _ended.ContainsKey(command) || _ended.Count < MostCommands ? command : "other";
        _ended[name] = _ended.GetValueOrDefault(name) + 1;
        return _ended[name];
    }

    private static bool Contains(IReadOnlyList<Stranger> strangers, Stranger one)
    {
        foreach (var stranger in strangers)
            if (stranger.Pid == one.Pid && stranger.StartTime == one.StartTime)
                return true;
        return false;
    }

    /// <param name="orphan">One that is there no longer.</param>
    /// <param name="status">Null where another is its parent and was told.</param>
    private void Close(Orphan orphan, ExitStatus? status)
    {
        if (orphan.Stage is Stage.Asked or Stage.Killed or Stage.Failed)
            Tell(new Notice.OrphanEnded(orphan.Stranger.Pid, orphan.Stranger.Command, status, Counted(orphan.Stranger.Command)));
        _ = _orphans.Remove(orphan.Stranger.Pid);
        registry.Remove(orphan.Entry);
    }

    private void Move(Orphan orphan, Stage stage, Instant due, Signal signal)
    {
        orphan.Stage = stage;
        orphan.Due = due;
        perform(new Effect.SignalStranger(orphan.Stranger, signal));
    }

    private void Recount()
    {
        Due = Instant.Never;
        Cleanups = _queued = 0;
        foreach (var orphan in _orphans.Values)
        {
            _queued += orphan.Stage == Stage.Queued ? 1 : 0;
            Cleanups += orphan.Stage is Stage.Asked or Stage.Killed ? 1 : 0;
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
