using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Tests.Runs;

/// <summary>Processes that a test makes up, on a clock that only looks move.</summary>
internal sealed class FakeProcesses : ProcessSource
{
    private readonly SortedDictionary<int, Shown> _shown = [];
    private readonly HashSet<int> _listed = [];
    private Instant _now = new(1_000_000_000);

    /// <summary>The time that each look at a process takes.</summary>
    public TimeSpan Cost { get; set; } = TimeSpan.FromMicroseconds(100);

    /// <summary>Every pid that was looked at.</summary>
    public List<int> Looked { get; } = [];

    public int Lists { get; private set; }

    /// <summary>Called after a look at a process, before its children are listed.</summary>
    public Action<int> Looking { get; set; } = _ => { };

    /// <summary>Called before our own children are listed.</summary>
    public Action Listing { get; set; } = () => { };

    public bool CanList { get; set; } = true;

    /// <summary>The number of the call, from 1, in which memory runs out.</summary>
    public int MemoryEndsAt { get; set; }

    /// <summary>The processes for which the first look, or the first list of their children, gets no descriptor.</summary>
    public HashSet<int> Refused { get; } = [];

    public HashSet<int> RefusedChildren { get; } = [];

    private int _calls;

#pragma warning disable CA2201 // It stands for the runtime's own.
    private static OutOfMemoryException Exhausted => new();
#pragma warning restore CA2201

    // Code that waits for an instant must see the time pass.
    public override Instant Now => _now += TimeSpan.FromMicroseconds(1);

    public void Pass(TimeSpan time) => _now += time;

    public void Add(int pid, int parent = 1, int session = 0, Sight sight = Sight.Whole, long claim = 0, uint? user = null) =>
        _shown[pid] = new Shown(new ProcessStat(pid, 1, parent, session, session, 1, false), sight, new RunClaim(claim, user));

    public void Remove(int pid) => _ = _shown.Remove(pid);

    public override bool ForEachChildOfOurs(Action<int> action, bool isWhole)
    {
        Call();
        Lists++;
        Listing();
        if (CanList)
            foreach (var (pid, shown) in _shown)
                if (shown.Stat.Parent == 1 && (_listed.Add(pid) || isWhole))
                    action(pid);
        return CanList;
    }

    public override void Collected(int pid) => _ = _listed.Remove(pid);

    public override Glance Look(int pid)
    {
        Call();
        Looked.Add(pid);
        _now += Cost;
        var glance = Refused.Remove(pid)
            ? new Glance(Sight.Shortage) : _shown.TryGetValue(pid, out var shown) ? new Glance(shown.Sight, shown.Stat, shown.Claim)
            : new Glance(Sight.Dead);
        Looking(pid);
        return glance;
    }

    public override Sight AddChildren(in ProcessStat process, List<int> children)
    {
        if (RefusedChildren.Remove(process.Pid))
            return Sight.Shortage;
        foreach (var (pid, shown) in _shown)
            if (shown.Stat.Parent == process.Pid)
                children.Add(pid);
        // In the middle of the list.
        Call();
        return _shown.ContainsKey(process.Pid) ? Sight.Whole : Sight.Dead;
    }

    private void Call()
    {
        if (++_calls == MemoryEndsAt)
            throw Exhausted;
    }

    private sealed record Shown(ProcessStat Stat, Sight Sight, RunClaim Claim);
}
