using System.Collections.Immutable;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Cgroups;

/// <summary>
/// The cgroups below ours: <c>init</c> holds PID 1 and all other processes that were in the root, outside of every cap of ours;
/// <c>workload</c> has the limits of everything together and a fresh child for each run of each service.
/// </summary>
internal sealed class CgroupTree
{
    private const string MaxDepth = "32";
    private const string MaxDescendants = "4096";
    private static readonly TimeSpan ReadsApart = TimeSpan.FromSeconds(1);

    private readonly int _workloadEvents;
    private readonly int _containerEvents;

    private (long? Memory, long? Tasks) _ofAll;
    private Instant _readAgainAt;

    private CgroupTree(string root, Controllers controllers, ImmutableArray<RefusedController> refused)
    {
        Root = root;
        Controllers = controllers;
        Refused = refused;
        CanLimitSwap = KernelFile.Exists($"{Workload}/memory.swap.max");
        var countsMemory = controllers.HasFlag(Controllers.Memory);
        _workloadEvents = countsMemory ? KernelFile.Open($"{Workload}/memory.events.local") : -1;
        // The root cgroup of the machine has no such file: no limit applies to it.
        _containerEvents = countsMemory ? KernelFile.Open($"{root}/memory.events.local") : -1;
    }

    public string Root { get; }

    public string Workload => $"{Root}/workload";

    /// <summary>The controllers that the services' cgroups have.</summary>
    public Controllers Controllers { get; }

    /// <summary>The controllers that they do not have, and the kernel's errors.</summary>
    public ImmutableArray<RefusedController> Refused { get; }

    /// <summary>
    /// False if the kernel does not account swap: then a service over its cap may be swapped out, if there is swap.
    /// </summary>
    public bool CanLimitSwap { get; }

    public CgroupRemoval Removal { get; } = new();

    /// <summary>The working set of the workload, at most a second old, since every probe of a service asks for it.</summary>
    public long? MemoryOfAll => OfAll.Memory;

    /// <summary>Its processes and threads, just as old.</summary>
    public long? TasksOfAll => OfAll.Tasks;

    private (long? Memory, long? Tasks) OfAll
    {
        get
        {
            if (MonotonicClock.Now is var now && now >= _readAgainAt)
            {
                var memory = Controllers.HasFlag(Controllers.Memory) ? WorkingSet.Of(Workload) : null;
                var tasks = Controllers.HasFlag(Controllers.Tasks) ? InstanceCgroup.Number($"{Workload}/pids.current") : null;
                (_ofAll, _readAgainAt) = ((memory, tasks), now + ReadsApart);
            }
            return _ofAll;
        }
    }

    /// <summary>How often the caps above a service's own were reached.</summary>
    public (long Workload, long Container) OuterOoms => (Ooms(_workloadEvents), Ooms(_containerEvents));

    /// <summary>Makes the tree. If a step fails, null and the obstacle; nothing depends on the steps before it.</summary>
    public static CgroupTree? SetUp(string root, LimitSettings limits, out CgroupAccess outcome)
    {
        outcome = new CgroupAccess(root, CgroupObstacle.None);
        var leaf = $"{root}/init";
        var workload = $"{root}/workload";
        // A directory of an earlier life of this container: limits that the file no longer has must not stay in force.
        new CgroupRemoval().Remove(workload);
        foreach (var directory in (ReadOnlySpan<string>)[leaf, workload])
        {
            // EEXIST: an earlier life of this container left the directory, and a process of it is still there.
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

    /// <summary>
    /// Writes other limits of everything together, and lifts those that the file no longer has. Returns the first refusal.
    /// </summary>
    public string? Apply(LimitSettings before, LimitSettings after)
    {
        var files = LimitFiles.Of(after, Controllers, CanLimitSwap);
        string? refused = null;
        foreach (var file in LimitFiles.Of(before, Controllers, CanLimitSwap))
            if (!Has(files, file.Name) && KernelFile.Write($"{Workload}/{file.Name}", "max") is { IsSuccess: false } error)
                refused ??= $"{Workload}/{file.Name}: {error}";
        // A process that writes a cap below the present memory reclaims until it fits, and waits for file systems; then the kernel
        // kills some service. PID 1 must not do that.
        if (after.Memory is { } cap && InstanceCgroup.Number($"{Workload}/memory.current") is { } held && held > cap.Bytes)
            return $"memory: the services hold {new ByteSize(held).Rounded}, more than the new {cap}; the previous cap stays in force";
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
    /// Makes a fresh cgroup and sets its limits, before there is a process to exceed them. A directory of the same name may be left
    /// of an earlier run, and one of the kernel's files may have that name.
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

    /// <summary>
    /// At the very end. The container runtime removes the container's cgroup, and cgroups that are empty do no harm.
    /// </summary>
    public void Dismantle() => Removal.Remove(Workload);

    /// <summary>
    /// We have to walk and remove the cgroups that services make below their own, so their number must have a limit (cgroup-v2.rst,
    /// cgroup.max.depth, cgroup.max.descendants; Linux 4.14). Root may lift it.
    /// </summary>
    private static void BoundNesting(string workload)
    {
        _ = KernelFile.Write($"{workload}/cgroup.max.depth", MaxDepth);
        _ = KernelFile.Write($"{workload}/cgroup.max.descendants", MaxDescendants);
    }

    /// <summary>A kernel may have the controller without cpu.max (CONFIG_CFS_BANDWIDTH); then there are no cpu limits.</summary>
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
