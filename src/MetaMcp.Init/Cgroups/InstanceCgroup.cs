using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Cgroups;

/// <summary>The cgroup of one run of one service, from before its first process until after its last.</summary>
internal sealed class InstanceCgroup
{
    /// <summary>
    /// The number of passes over processes that fork while they are killed one by one, before other work has its turn.
    /// </summary>
    private const int MaxPasses = 10;

    private readonly CgroupTree _tree;

    /// <summary>Opens the directory's memory.events before the first process joins.</summary>
    public InstanceCgroup(CgroupTree tree, string directory)
    {
        _tree = tree;
        Directory = directory;
        if (tree.Controllers.HasFlag(Controllers.Memory))
            MemoryEvents = KernelFile.Open($"{directory}/memory.events");
        AtStart = Now;
    }

    public string Directory { get; }

    /// <summary>Readable by priority (EPOLLPRI) when a count has changed; -1 if the kernel does not limit memory here.</summary>
    public int MemoryEvents { get; private set; } = -1;

    /// <summary>The same for <see cref="IsPopulated"/>; -1 until it is watched.</summary>
    public int PopulatedEvents { get; private set; } = -1;

    public OomCounts AtStart { get; }

    /// <summary>The number of kills at the last reading.</summary>
    public long KillsSeen { get; private set; }

    /// <summary>
    /// The kernel counts before it kills: read after an exit was collected, the counts include everything that led to it.
    /// </summary>
    public OomCounts Now
    {
        get
        {
            Span<byte> text = stackalloc byte[512];
            if (!_tree.Controllers.HasFlag(Controllers.Memory) || !ReadEvents(text, out var length))
                return default;
            var events = text[..length];
            var (workload, container) = _tree.OuterOoms;
            var counts = new OomCounts(
                0, FlatKeyed.Value(events, "oom"u8), FlatKeyed.Value(events, "oom_kill"u8), FlatKeyed.Value(events, "oom_group_kill"u8),
                workload, container);
            KillsSeen = counts.Kills;
            // If no limit was reached here or below, none was reached here.
            return counts.OomBelow == 0 ? counts : counts with { Oom = Local() ?? counts.OomBelow };
        }
    }

    /// <summary>
    /// How often this very cgroup reached its cap; null before Linux 5.2, and then the count includes all cgroups below.
    /// </summary>
    private long? Local()
    {
        Span<byte> text = stackalloc byte[512];
        return KernelFile.Read($"{Directory}/memory.events.local", text, out var length).IsSuccess
            ? FlatKeyed.Value(text[..length], "oom"u8) : null;
    }

    /// <summary>The peak of its memory; null before Linux 5.19.</summary>
    public ByteSize? Peak
    {
        get
        {
            return Number($"{Directory}/memory.peak") is { } bytes ? new ByteSize(bytes) : null;
        }
    }

    /// <summary>Its working set; null if the kernel does not limit memory here.</summary>
    public long? Memory => _tree.Controllers.HasFlag(Controllers.Memory) ? WorkingSet.Of(Directory) : null;

    /// <summary>Its processes and threads; null if the kernel does not limit them here.</summary>
    public long? Tasks => _tree.Controllers.HasFlag(Controllers.Tasks) ? Number($"{Directory}/pids.current") : null;

    /// <summary>The working set of the whole workload.</summary>
    public long? MemoryOfAll => _tree.MemoryOfAll;

    /// <summary>The tasks of the whole workload.</summary>
    public long? TasksOfAll => _tree.TasksOfAll;

    /// <summary>The number in a file of a cgroup; null if it cannot be read.</summary>
    public static long? Number(string path)
    {
        Span<byte> text = stackalloc byte[32];
        return KernelFile.Read(path, text, out var length).IsSuccess &&
            DecimalText.TryRead(text[..length].TrimEnd((byte)'\n'), long.MaxValue, out var number) ? (long)number : null;
    }

    /// <summary>
    /// Whether a process is in it or below it; a process that has ended and waits to be collected does not count.
    /// </summary>
    public bool IsPopulated
    {
        get
        {
            Span<byte> text = stackalloc byte[256];
            var error = PopulatedEvents >= 0
                ? KernelFile.Read(PopulatedEvents, text, out var length)
                : KernelFile.Read($"{Directory}/cgroup.events", text, out length);
            // EMFILE: assume that there are processes; a later look may succeed.
            return error.IsSuccess ? FlatKeyed.Value(text[..length], "populated"u8) != 0 : error.IsShortage;
        }
    }

    /// <summary>
    /// The last process may be on its way out of the kernel (6.18 and later): then no process is left, although "populated" is still
    /// 1. That is assumed only for a cgroup that has none below it and that can be listed (EMFILE).
    /// </summary>
    /// <param name="helpers">Processes in it that do not belong to its run: probes, which end by themselves.</param>
    public bool HasMembersBeside(IReadOnlyCollection<int> helpers) => IsPopulated &&
        (DirectoryEntries.Directories(Directory).Count > 0 || !CgroupMembers.CanList(Directory) || !CgroupMembers.Find(Directory)
            .TrueForAll(helpers.Contains));

    // The descriptor may be missing because there was none free when it was to be opened (EMFILE).
    private bool ReadEvents(Span<byte> text, out int length) => MemoryEvents >= 0
        ? KernelFile.Read(MemoryEvents, text, out length).IsSuccess
        : KernelFile.Read($"{Directory}/memory.events", text, out length).IsSuccess;

    public int WatchPopulated() => PopulatedEvents >= 0 ? PopulatedEvents : PopulatedEvents = KernelFile.Open($"{Directory}/cgroup.events");

    public void Signal(Signal signal)
    {
        if (signal != Core.Values.Signal.Kill)
        {
            CgroupMembers.Signal(Directory, signal);
            return;
        }
        // Atomic against fork. ENOENT before Linux 5.14; EMFILE if no descriptor is left to write it with.
        if (!KernelFile.Write($"{Directory}/cgroup.kill", "1").IsSuccess)
            KillEach();
    }

    /// <summary>Frozen processes do not fork, and still die of SIGKILL (cgroup-v2.rst, cgroup.freeze; Linux 5.2).</summary>
    internal void KillEach()
    {
        _ = KernelFile.Write($"{Directory}/cgroup.freeze", "1");
        for (var pass = 0; pass < MaxPasses && IsPopulated; pass++)
            CgroupMembers.Signal(Directory, Core.Values.Signal.Kill);
    }

    /// <summary>The cgroup is empty; if the kernel does not remove it yet, that is tried again later.</summary>
    public void Remove()
    {
        if (MemoryEvents >= 0)
            _ = close(MemoryEvents);
        if (PopulatedEvents >= 0)
            _ = close(PopulatedEvents);
        MemoryEvents = PopulatedEvents = -1;
        _tree.Removal.Remove(Directory);
    }
}
