using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>All launches that are under way: by their number, by their run, by their next deadline; and what limits count.</summary>
internal sealed class InstanceTable(Registry registry)
{
    private readonly Dictionary<long, Instance> _byId = [];
    private readonly Stack<int> _free = new();
    private readonly List<Instance?> _slots = [];
    private readonly DeadlineHeap _deadlines = new(0);

    public int Count => _byId.Count;

    public IReadOnlyCollection<Instance> All => _byId.Values;

    public PoolCounts Counts { get; } = new();

    public Turns Turns { get; } = new();

    public LaunchTotals Totals { get; } = new();

    /// <summary>The next deadline of any launch.</summary>
    public Instant Due => _deadlines.Earliest;

    public Instance? Find(long id) => _byId.GetValueOrDefault(id);

    /// <summary>
    /// The smallest place, from 1, that no instance of the type has; of types that are counted together, none of all these.
    /// </summary>
    public int FreePlaceOf(string type)
    {
        var taken = new HashSet<int>();
        var name = Totals.NameOf(type);
        foreach (var instance in _byId.Values)
            if (instance.HasPlace && Totals.NameOf(instance.Server.Name) == name)
                _ = taken.Add(instance.Place);
        var place = 1;
        while (taken.Contains(place))
            place++;
        return place;
    }

    /// <summary>The instance that has a run; null if the run belongs to no launch.</summary>
    public Instance? OfRun(long run) =>
        registry.Find(run) is { Kind: EntryKind.Run, Owner: RunOwner.Launch(var id) } && Find(id) is { } instance &&
        instance.RunNumber == run ? instance : null;

    /// <summary>A slot for a new launch; nothing is lost if memory ends on the way.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="isInFile">The file names the type.</param>
    public int Reserve(string type, bool isInFile)
    {
        Totals.Reserve(type, isInFile);
        _byId.EnsureCapacity(_byId.Count + 1);
        Turns.Reserve(_byId.Count + 1);
        if (_free.Count > 0)
            return _free.Peek();
        _free.EnsureCapacity(_slots.Count + 1);
        _deadlines.Grow(_slots.Count + 1);
        _slots.Add(null);
        _free.Push(_slots.Count - 1);
        return _slots.Count - 1;
    }

    public void Add(Instance instance)
    {
        _ = _free.Pop();
        _slots[instance.Slot] = instance;
        _byId[instance.Id] = instance;
    }

    public void Remove(Instance instance)
    {
        if (!_byId.Remove(instance.Id))
            return;
        _deadlines.Set(instance.Slot, Instant.Never);
        _slots[instance.Slot] = null;
        _free.Push(instance.Slot);
    }

    /// <summary>The next deadline of the instance may be another.</summary>
    public void Arm(Instance instance) => _deadlines.Set(instance.Slot, instance.Due);

    /// <summary>
    /// The same after a step for a deadline. One that the step has not moved, which is a bug, comes again a second later.
    /// </summary>
    public void ArmAfter(Instance instance, Instant now) =>
        _deadlines.Set(instance.Slot, instance.Due > now ? instance.Due : now + TimeSpan.FromSeconds(1));

    /// <summary>An instance whose deadline has come; null if there is none.</summary>
    public Instance? TakeDue(Instant now)
    {
        while (_deadlines.TakeDue(now) is >= 0 and var slot)
            if (_slots[slot] is { } instance)
                return instance;
        return null;
    }

    /// <summary>Puts the instance into another state, and counts along.</summary>
    public void Put(Instance instance, InstanceState next)
    {
        if (next is InstanceState.Placed && !instance.HasPlace)
            Counts.Reserve(instance.Server.Name);
        CountIn(instance, -1);
        instance.State = next;
        CountIn(instance, 1);
        if (next is InstanceState.Gone)
            Remove(instance);
        else
            Arm(instance);
    }

    /// <summary>The cold start of the instance begins, or is over.</summary>
    public void SetStarting(Instance instance, Instant by)
    {
        instance.StartBy = by;
        if (instance.IsStarting)
            Turns.Give(instance);
        else
            Turns.TakeBack(instance);
        if (instance.State is not InstanceState.Gone)
            Arm(instance);
    }

    /// <summary>Counts again, from the states.</summary>
    public void Recount()
    {
        Counts.Clear();
        foreach (var instance in _byId.Values)
        {
            CountIn(instance, 1);
            Arm(instance);
        }
        Turns.Recount(All);
    }

    private void CountIn(Instance instance, int change)
    {
        if (instance.HasPlace && change > 0)
            Counts.Add(instance.Server.Name);
        else if (instance.HasPlace)
            Counts.Remove(instance.Server.Name);
        Counts.Unreported += instance.State is InstanceState.Unreported ? change : 0;
        if (instance.Run is not { } run)
            return;
        Counts.Cleanups += RunPredicates.IsCleanedUp(run, instance.KillRetries) ? change : 0;
        if (!RunPredicates.IsEndable(run))
            return;
        Counts.Endable += change;
        Counts.Capped += instance.Server.Limits.MemoryMax is not null || instance.Server.Limits.TasksMax is not null ? change : 0;
    }
}
