using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Membership;

/// <summary>
/// Decides which process belongs to which run, if there is no cgroup. A process that loses its parent becomes our child, so each of
/// our processes is below a child of ours. The nearest ancestor whose run is known decides: a main process that is not our child
/// (<see cref="KnownRun.Root"/>), the process itself included; else the child of ours at the top. A process of a nested run that was
/// known before stays in it: when its parent ends, it may be given to a process of the run around it (a subreaper). The run of
/// each child is:
/// <list type="number">
/// <item>a main process or a probe belongs to the run that it was started for (ancestry);</item>
/// <item>any other child lost its parent. It belongs to the run that it, or any process below it, was known to belong to
/// before;</item>
/// <item>else to the run whose main process began the session or the group that one of them is in. The kernel reuses a number only
/// when no process is in a session or group of that number, so the latest run that had it is meant;</item>
/// <item>else to the run that one of them names in its environment, if it has the same user.</item>
/// </list>
/// A process that is not below us (<c>docker exec</c>, and every foreign process if we are not PID 1) belongs to no run, even if its
/// environment names one. A double fork between two looks into a session of its own, with the environment cleared, leaves no trace.
/// </summary>
public static class RunMembership
{
    private const int Unknown = -1, NotOurs = -2, Open = -3;

    /// <summary>Gives every process its run.</summary>
    /// <param name="now">All processes; their runs are set.</param>
    /// <param name="before">An earlier look, whose runs are known.</param>
    /// <param name="self">Our pid.</param>
    /// <param name="children">The children of ours that we know.</param>
    /// <param name="runs">Every run that may still have processes.</param>
    /// <param name="claimOf">Reads the claim of a pid; called only if there is no other evidence.</param>
    /// <param name="isStranger">Children of ours that are known to belong to no run: neither they nor the processes below them are
    /// among all processes.</param>
    /// <returns>False if processes came and went during the look, so that it is incomplete.</returns>
    public static bool Assign(
        ProcessSnapshot now, ProcessSnapshot before, int self,
        ReadOnlySpan<KnownChild> children, ReadOnlySpan<KnownRun> runs, Func<int, RunClaim> claimOf, Func<int, bool>? isStranger = null)
    {
        ArgumentNullException.ThrowIfNull(now);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(claimOf);
        var isWhole = FindTops(now, self, isStranger);
        var hasNested = false;
        foreach (var run in runs)
            hasNested |= run.IsNested || run.Root is not null;
        for (var at = 0; at < now.Count; at++)
        {
            ref var process = ref now[at];
            (process.Run, process.IsResolved) = (0, false);
            if (before.Find(process.Stat) is not (>= 0 and var earlier))
                continue;
            process.IsKilled = before[earlier].IsKilled;
            if (process.Top >= 0 && IsKnown(runs, before[earlier].Run))
                process.Run = before[earlier].Run;
        }
        if (hasNested)
            MarkRoots(now, runs);
        foreach (var child in children)
            if (now.Find(child.Pid) is >= 0 and var at && now[at].Top == at)
                now[at].Run = child.Run == 0 ? NotOurs : child.Run;
        for (var at = 0; at < now.Count; at++)
            if (IsOfUnknown(now, at))
                now[now[at].Top].Run = AtTop(now, runs, at, now[at].Run);
        for (var at = 0; at < now.Count; at++)
            if (IsOfUnknown(now, at))
                now[now[at].Top].Run = AtTop(now, runs, at, BegunBy(runs, now[at].Stat));
        for (var at = 0; at < now.Count; at++)
            if (IsOfUnknown(now, at) && !now[at].Stat.IsDead)
                now[now[at].Top].Run = AtTop(now, runs, at, Believed(runs, claimOf(now[at].Stat.Pid)));
        for (var at = 0; at < now.Count; at++)
        {
            if (hasNested)
                Resolve(now, runs, at);
            else
                now[at].Run = RunAtTop(now, at);
        }
        return isWhole;
    }

    /// <summary>What the run of a process says about the child of ours above it; 0 for nothing.</summary>
    private static long AtTop(ProcessSnapshot now, ReadOnlySpan<KnownRun> runs, int at, long run) =>
        now[at].Top != at && IsNested(runs, run) ? 0 : run;

    private static long RunAtTop(ProcessSnapshot now, int at) => now[at].Top < 0 ? 0 : Math.Max(0, now[now[at].Top].Run);

    /// <summary>Whether the run was begun below a process of another: a process of it tells nothing of those above.</summary>
    public static bool IsNested(ReadOnlySpan<KnownRun> runs, long number)
    {
        foreach (var run in runs)
            if (run.Number == number)
                return run.IsNested;
        return false;
    }

    private static void MarkRoots(ProcessSnapshot now, ReadOnlySpan<KnownRun> runs)
    {
        foreach (var run in runs)
            if (run.Root is { } root && now.Find(root.Pid) is >= 0 and var at && now[at].Stat.StartTime == root.StartTime)
                (now[at].Run, now[at].IsResolved) = (run.Number, true);
    }

    /// <summary>
    /// Goes up to an ancestor whose run is certain, and down again. Each process is passed once in each direction, so that all
    /// together take as many steps as there are processes.
    /// </summary>
    private static void Resolve(ProcessSnapshot now, ReadOnlySpan<KnownRun> runs, int at)
    {
        var line = now.Line;
        var (length, up) = (0, at);
        while (up >= 0 && !now[up].IsResolved)
        {
            // Marked at once, so that a circle ends.
            now[up].IsResolved = true;
            line[length++] = up;
            up = now[up].Top == up ? -1 : Above(now, up);
        }
        var run = up >= 0 ? now[up].Run : length > 0 ? RunAtTop(now, line[length - 1]) : 0;
        for (var down = length - 1; down >= 0; down--)
        {
            ref var process = ref now[line[down]];
            // The nested run is the later one; so a run that is nested in this one, and whose root is above, goes first.
            run = process.Run > run && IsNested(runs, process.Run) ? process.Run : run;
            process.Run = run;
        }
    }

    /// <summary>Whether the process is below a child of ours whose run is not known yet.</summary>
    private static bool IsOfUnknown(ProcessSnapshot now, int at) => now[at].Top >= 0 && now[now[at].Top].Run == 0;

    /// <summary>The run of a claim if it is believed; else 0.</summary>
    public static long Believed(ReadOnlySpan<KnownRun> runs, RunClaim claim)
    {
        foreach (var run in runs)
            if (run.Number == claim.Run && (run.User is null || run.User == claim.User))
                return run.Number;
        return 0;
    }

    /// <summary>Whether a run may still have processes.</summary>
    public static bool IsKnown(ReadOnlySpan<KnownRun> runs, long number)
    {
        foreach (var run in runs)
            if (run.Number == number)
                return true;
        return false;
    }

    /// <summary>
    /// The run whose main process this is, or whose main process began its session, else its group; 0 if there is none.
    /// </summary>
    public static long BegunBy(ReadOnlySpan<KnownRun> runs, in ProcessStat process)
    {
        foreach (var run in runs)
            if (run.Root is { } root && root.Pid == process.Pid && root.StartTime == process.StartTime)
                return run.Number;
        return BegunBy(runs, process.Session) is not 0 and var begun ? begun : BegunBy(runs, process.Group);
    }

    /// <summary>The latest run whose main process had this pid; 0 if there is none.</summary>
    private static long BegunBy(ReadOnlySpan<KnownRun> runs, int main)
    {
        long latest = 0;
        foreach (var run in runs)
            if (run.Main == main)
                latest = Math.Max(latest, run.Number);
        return latest;
    }

    /// <summary>
    /// Finds for each process the child of ours that it descends from. True if every line of ancestors could be followed.
    /// </summary>
    private static bool FindTops(ProcessSnapshot now, int self, Func<int, bool>? isStranger)
    {
        var isWhole = true;
        for (var at = 0; at < now.Count; at++)
            now[at].Top = Unknown;
        for (var at = 0; at < now.Count; at++)
        {
            var (top, up, last) = (Unknown, at, at);
            // Goes up to an ancestor whose answer is known, and marks the way, so that no process is visited twice and a circle is
            // noticed.
            while (up >= 0 && now[up].Top == Unknown && top == Unknown)
            {
                now[up].Top = Open;
                last = up;
                if (now[up].Stat.Pid == self || now[up].Stat.Parent == 0)
                    top = NotOurs;
                else if (now[up].Stat.Parent == self)
                    top = up;
                else if (isStranger is not null && isStranger(now[up].Stat.Parent))
                    top = NotOurs;
                else
                    up = Above(now, up);
            }
            if (top == Unknown && up >= 0 && now[up].Top != Open)
                top = now[up].Top;
            else if (top == Unknown)
            {
                // The parent is gone, or its pid belongs to another process. In our own PID namespace the process can only have
                // become our child.
                isWhole = false;
                top = self == 1 ? last : NotOurs;
            }
            for (var down = at; down >= 0 && now[down].Top == Open; down = Above(now, down))
                now[down].Top = top;
        }
        return isWhole;
    }

    /// <summary>
    /// The place of the parent; negative if it does not exist, or started later than its child and so is another process.
    /// </summary>
    private static int Above(ProcessSnapshot now, int at) =>
        now.Find(now[at].Stat.Parent) is >= 0 and var up && now[up].Stat.StartTime <= now[at].Stat.StartTime ? up : -1;
}
