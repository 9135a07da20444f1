using System.Collections.Immutable;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Cgroups;

/// <summary>
/// The cgroups below ours: <c>init</c> holds PID 1 and whatever else stood in the root, outside of every cap of ours;
/// <c>workload</c> has the limits of everything together and a fresh child for each run of each service.
/// </summary>
internal sealed class CgroupTree
{
    private const string MaxDepth = "32";
    private const string MaxDescendants = "4096";
    private static readonly TimeSpan ReadsApart = TimeSpan.FromSeconds(1);

    private readonly int _workloadEvents;
    private readonly int _containerEvents;

    private long? _memoryOfAll;
    private Instant _readAgainAt;

    private CgroupTree(string root, Controllers controllers, ImmutableArray<RefusedController> refused)
    {
        Root = root;
        Controllers = controllers;
        Refused = refused;
        CanLimitSwap = KernelFile.Exists($"{Workload}/memory.swap.max");
        var countsMemory = controllers.HasFlag(Controllers.Memory);
        _workloadEvents = countsMemory ? KernelFile.Open($"{Workload}/memory.events.local") : -1;
        // The machine's root has none: no limit applies to it.
        _containerEvents = countsMemory ? KernelFile.Open($"{root}/memory.events.local") : -1;
    }

    public string Root { get; }

    public string Workload => $"{Root}/workload";

    /// <summary>Those that hold for the services' cgroups.</summary>
    public Controllers Controllers { get; }

    /// <summary>Those that do not, and what the kernel said.</summary>
    public ImmutableArray<RefusedController> Refused { get; }

    /// <summary>False where the kernel does not account swap: then a service may flee its cap into it, where there is any.</summary>
    public bool CanLimitSwap { get; }

    public CgroupRemoval Removal { get; } = new();

    /// <summary>What the workload holds and would miss, at most a second old: everybody's probes ask for it.</summary>
    public long? MemoryOfAll
    {
        get
        {
            if (MonotonicClock.Now is var now && now >= _readAgainAt)
                (_memoryOfAll, _readAgainAt) = (WorkingSet.Of(Workload), now + ReadsApart);
            return _memoryOfAll;
        }
    }

    /// <summary>How often the caps above a service's own were hit.</summary>
    public (long Workload, long Container) OuterOoms => (Ooms(_workloadEvents), Ooms(_containerEvents));

    /// <summary>Makes the tree. Where something is in the way, nothing depends on what was done by then, and it is said.</summary>
    public static CgroupTree? SetUp(string root, LimitSettings limits, out CgroupAccess outcome)
    {
        outcome = new CgroupAccess(root, CgroupObstacle.None);
        var leaf = $"{root}/init";
        var workload = $"{root}/workload";
        // What an earlier life of this container left: limits of its that the file no longer has must not stay in force.
        new CgroupRemoval().Remove(workload);
        foreach (var directory in (ReadOnlySpan<string>)[leaf, workload])
        {
            // EEXIST: an earlier life of this container, of which somebody is still there.
            if (KernelFile.MakeDirectory(directory) is { IsSuccess: false, Number: not Errno.EEXIST } refused)
            {
                outcome = new CgroupAccess(directory, CgroupObstacle.Refused, refused);
                return null;
            }
        }
        if (Evacuation.Empty(root, leaf) is { } obstacle)
        {
            outcome = obstacle;
            return null;
        }
        var inRoot = Enablement.Enable(root, leaf, Controllers.All);
        var inWorkload = Enablement.Enable(workload, null, inRoot.Enabled);
        if (!IsDomain(workload))
        {
            outcome = new CgroupAccess(workload, CgroupObstacle.Threaded);
            return null;
        }
        BoundNesting(workload);
        var tree = new CgroupTree(
            root, WithoutBandwidth(workload, inWorkload.Enabled, out var missing), [.. inRoot.Refused, .. inWorkload.Refused, .. missing]);
        foreach (var stale in DirectoryEntries.Directories(workload))
            tree.Removal.Remove($"{workload}/{stale}");
        foreach (var file in LimitFiles.Of(limits, tree.Controllers, tree.CanLimitSwap))
        {
            if (KernelFile.Write($"{workload}/{file.Name}", file.Value) is { IsSuccess: false } error)
            {
                outcome = new CgroupAccess($"{workload}/{file.Name}", CgroupObstacle.Refused, error);
                return null;
            }
        }
        return tree;
    }

    /// <summary>Other limits of everything together; what the file no longer says is lifted. Where one is refused, which and why.</summary>
    public string? Apply(LimitSettings before, LimitSettings after)
    {
        var files = LimitFiles.Of(after, Controllers, CanLimitSwap);
        string? refused = null;
        foreach (var file in LimitFiles.Of(before, Controllers, CanLimitSwap))
            if (!Has(files, file.Name) && KernelFile.Write($"{Workload}/{file.Name}", "max") is { IsSuccess: false } error)
                refused ??= $"{Workload}/{file.Name}: {error}";
        // Whoever writes a cap below what is held reclaims until it fits, files too, and the kernel kills whom it likes: not PID 1.
        if (after.Memory is { } cap && InstanceCgroup.Number($"{Workload}/memory.current") is { } held && held > cap.Bytes)
            return $"memory: the services hold {new ByteSize(held).Rounded}, more than the new {cap}; the cap before stays in force";
        foreach (var file in files)
            if (KernelFile.Write($"{Workload}/{file.Name}", file.Value) is { IsSuccess: false } error)
                refused ??= $"{Workload}/{file.Name}: {error}";
        return refused;
    }

    private static bool Has(ImmutableArray<LimitFile> files, string name)
    {
        foreach (var file in files)
            if (file.Name == name)
                return true;
        return false;
    }

    /// <summary>
    /// A fresh cgroup with its limits set, before there is a process to break them. A directory of the same name may be left of
    /// an earlier run, and one of the kernel's files may bear it.
    /// </summary>
    public InstanceCgroup? Create(string service, long run, CgroupLimits limits, out string step, out Errno error)
    {
        Removal.Retry();
        step = "mkdir";
        var directory = $"{Workload}/{service}";
        error = KernelFile.MakeDirectory(directory);
        if (error.Number == Errno.EEXIST)
            error = KernelFile.MakeDirectory(directory += $"+{run}");
        if (!error.IsSuccess)
            return null;
        foreach (var file in LimitFiles.Of(limits, Controllers, CanLimitSwap))
        {
            error = KernelFile.Write($"{directory}/{file.Name}", file.Value);
            if (error.IsSuccess)
                continue;
            step = file.Name;
            Removal.Remove(directory);
            return null;
        }
        return new InstanceCgroup(this, directory);
    }

    /// <summary>At the very end: the container's cgroup is the runtime's to remove, and what is empty is in nobody's way.</summary>
    public void Dismantle() => Removal.Remove(Workload);

    /// <summary>
    /// What services make below their own cgroups we have to walk and to remove, and it must not be without end (cgroup-v2.rst,
    /// cgroup.max.depth, cgroup.max.descendants; Linux 4.14). Root may lift it.
    /// </summary>
    private static void BoundNesting(string workload)
    {
        _ = KernelFile.Write($"{workload}/cgroup.max.depth", MaxDepth);
        _ = KernelFile.Write($"{workload}/cgroup.max.descendants", MaxDescendants);
    }

    /// <summary>A kernel may have the controller without cpu.max (CONFIG_CFS_BANDWIDTH); then it has no cpu limits.</summary>
    private static Controllers WithoutBandwidth(string workload, Controllers enabled, out ImmutableArray<RefusedController> missing)
    {
        var lacks = enabled.HasFlag(Controllers.Cpu) && !KernelFile.Exists($"{workload}/cpu.max");
        missing = lacks ? [new RefusedController(Controllers.Cpu, new Errno(Errno.ENOENT))] : [];
        return lacks ? enabled & ~Controllers.Cpu : enabled;
    }

    private static bool IsDomain(string directory)
    {
        Span<byte> type = stackalloc byte[64];
        return KernelFile.Read($"{directory}/cgroup.type", type, out var length).IsSuccess && type[..length].SequenceEqual("domain\n"u8);
    }

    private static long Ooms(int events)
    {
        Span<byte> text = stackalloc byte[512];
        return events >= 0 && KernelFile.Read(events, text, out var length).IsSuccess ? FlatKeyed.Value(text[..length], "oom"u8) : 0;
    }
}
