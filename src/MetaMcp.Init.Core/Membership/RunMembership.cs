using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Membership;

/// <summary>A child of ours of which we know what it is.</summary>
/// <param name="Pid">Its number, ours until we collect it.</param>
/// <param name="Run">The run it is the main process of; 0 for a probe, or who looks closely.</param>
public readonly record struct KnownChild(int Pid, long Run);

/// <summary>A run of which something may be left.</summary>
/// <param name="Number">Its number; a later run has a higher one.</param>
/// <param name="Main">The pid its main process has or had, which names the session and the group that it began.</param>
/// <param name="User">
/// The real user id of the run, which alone may say that it is of it; null for any, since its main process started as root and may have
/// taken another, or could not be asked.
/// </param>
public readonly record struct KnownRun(long Number, int Main, uint? User = null);

/// <summary>What a process says of itself.</summary>
/// <param name="Run">The run that its environment names, with the token that only the processes of that run were given; 0 for none.</param>
/// <param name="User">Its real user id; null where that could not be read.</param>
public readonly record struct RunClaim(long Run, uint? User = null);

/// <summary>
/// Which process belongs to which run, where no cgroup tells. A process that loses its parent is given to us, so everything of
/// ours hangs below a child of ours, and what hangs below one child is of one run: nobody moves from one tree to another. It is
/// thus enough to know the run of each child:
/// <list type="number">
/// <item>a main process or a probe is what it was started as (ancestry);</item>
/// <item>any other lost its parent. It is of the run that it, or any process below it, was known to be of before;</item>
/// <item>else of the run whose main process began the session or the group that one of them is in. The kernel gives out a number
/// again only when nobody is in a session or group of that number, so the latest run that had it is meant;</item>
/// <item>else of the run that one of them names in its environment, if it is of the same user.</item>
/// </list>
/// What does not hang below us (<c>docker exec</c>, and everybody else where we are not PID 1) is nobody's, whatever its
/// environment says. A double fork between two looks into a session of its own, with the environment cleared, leaves no trace.
/// </summary>
public static class RunMembership
{
    private const int Unknown = -1, NotOurs = -2, Open = -3;

    /// <summary>Gives every process its run.</summary>
    /// <param name="now">All processes; their runs are set.</param>
    /// <param name="before">An earlier look, whose runs are known.</param>
    /// <param name="self">Our pid.</param>
    /// <param name="children">Those of our children that we know.</param>
    /// <param name="runs">Every run of which something may be left.</param>
    /// <param name="claimOf">What a pid says of itself; asked only where nothing else tells.</param>
    /// <param name="isStranger">Which of our children are known to be of no run: neither they nor what hangs below them is among
    /// all.</param>
    /// <returns>False where the picture is torn, since processes came and went while it was taken.</returns>
    public static bool Assign(
        ProcessSnapshot now, ProcessSnapshot before, int self,
        ReadOnlySpan<KnownChild> children, ReadOnlySpan<KnownRun> runs, Func<int, RunClaim> claimOf, Func<int, bool>? isStranger = null)
    {
        ArgumentNullException.ThrowIfNull(now);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(claimOf);
        var isWhole = FindTops(now, self, isStranger);
        for (var at = 0; at < now.Count; at++)
        {
            ref var process = ref now[at];
            process.Run = 0;
            if (before.Find(process.Stat) is not (>= 0 and var earlier))
                continue;
            process.IsKilled = before[earlier].IsKilled;
            if (process.Top >= 0 && IsKnown(runs, before[earlier].Run))
                process.Run = before[earlier].Run;
        }
        foreach (var child in children)
            if (now.Find(child.Pid) is >= 0 and var at && now[at].Top == at)
                now[at].Run = child.Run == 0 ? NotOurs : child.Run;
        for (var at = 0; at < now.Count; at++)
            if (IsOfUnknown(now, at))
                now[now[at].Top].Run = now[at].Run;
        for (var at = 0; at < now.Count; at++)
            if (IsOfUnknown(now, at))
                now[now[at].Top].Run = BegunBy(runs, now[at].Stat);
        for (var at = 0; at < now.Count; at++)
            if (IsOfUnknown(now, at) && !now[at].Stat.IsDead)
                now[now[at].Top].Run = Believed(runs, claimOf(now[at].Stat.Pid));
        for (var at = 0; at < now.Count; at++)
            now[at].Run = now[at].Top < 0 ? 0 : Math.Max(0, now[now[at].Top].Run);
        return isWhole;
    }

    /// <summary>Whether it hangs below a child of ours whose run is still to be found.</summary>
    private static bool IsOfUnknown(ProcessSnapshot now, int at) => now[at].Top >= 0 && now[now[at].Top].Run == 0;

    /// <summary>The run of a claim that is to be believed; 0 for none.</summary>
    public static long Believed(ReadOnlySpan<KnownRun> runs, RunClaim claim)
    {
        foreach (var run in runs)
            if (run.Number == claim.Run && (run.User is null || run.User == claim.User))
                return run.Number;
        return 0;
    }

    /// <summary>Whether something of a run may be left.</summary>
    public static bool IsKnown(ReadOnlySpan<KnownRun> runs, long number)
    {
        foreach (var run in runs)
            if (run.Number == number)
                return true;
        return false;
    }

    /// <summary>The run whose main process began the session of a process, else its group; 0 where there is none.</summary>
    public static long BegunBy(ReadOnlySpan<KnownRun> runs, in ProcessStat process) =>
        BegunBy(runs, process.Session) is not 0 and var run ? run : BegunBy(runs, process.Group);

    /// <summary>The latest run whose main process had this number; 0 where there is none.</summary>
    private static long BegunBy(ReadOnlySpan<KnownRun> runs, int main)
    {
        long latest = 0;
        foreach (var run in runs)
            if (run.Main == main)
                latest = Math.Max(latest, run.Number);
        return latest;
    }

    /// <summary>For each process the child of ours it descends from. True where every line of ancestors could be followed.</summary>
    private static bool FindTops(ProcessSnapshot now, int self, Func<int, bool>? isStranger)
    {
        var isWhole = true;
        for (var at = 0; at < now.Count; at++)
            now[at].Top = Unknown;
        for (var at = 0; at < now.Count; at++)
        {
            var (top, up, last) = (Unknown, at, at);
            // Up to one whose answer is known, marking the way, so that nobody is passed twice and a circle is noticed.
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
                // Its parent is gone by now, or its number another's. In a namespace of our own it can only have come to us.
                isWhole = false;
                top = self == 1 ? last : NotOurs;
            }
            for (var down = at; down >= 0 && now[down].Top == Open; down = Above(now, down))
                now[down].Top = top;
        }
        return isWhole;
    }

    /// <summary>The place of the parent; negative where it is not there, or started later than its child and so is another.</summary>
    private static int Above(ProcessSnapshot now, int at) =>
        now.Find(now[at].Stat.Parent) is >= 0 and var up && now[up].Stat.StartTime <= now[at].Stat.StartTime ? up : -1;
}
