using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Cgroups;

/// <summary>The cgroup of one run of one service, from before its first process to after its last.</summary>
internal sealed class InstanceCgroup
{
    /// <summary>Processes that fork while they are killed one by one are followed this often before others have their turn.</summary>
    private const int MaxPasses = 10;

    private readonly CgroupTree _tree;

    /// <summary>Watches the directory's memory.events from the first process on.</summary>
    public InstanceCgroup(CgroupTree tree, string directory)
    {
        _tree = tree;
        Directory = directory;
        if (tree.Controllers.HasFlag(Controllers.Memory))
            MemoryEvents = KernelFile.Open($"{directory}/memory.events");
        AtStart = Now;
    }

    public string Directory { get; }

    /// <summary>Readable by priority (EPOLLPRI) when a count moved; -1 where memory is not the kernel's concern here.</summary>
    public int MemoryEvents { get; private set; } = -1;

    /// <summary>The same for <see cref="IsPopulated"/>; -1 until somebody wants to know.</summary>
    public int PopulatedEvents { get; private set; } = -1;

    public OomCounts AtStart { get; }

    /// <summary>How many kills the last reading had.</summary>
    public long KillsSeen { get; private set; }

    /// <summary>The kernel counts before it kills: read after an exit was collected, these have all that led to it.</summary>
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
            // Without a hit here or below there is none here.
            return counts.OomBelow == 0 ? counts : counts with { Oom = Local() ?? counts.OomBelow };
        }
    }

    /// <summary>How often this very cgroup hit its cap; where the kernel does not say (before Linux 5.2), as often as any below.</summary>
    private long? Local()
    {
        Span<byte> text = stackalloc byte[512];
        return KernelFile.Read($"{Directory}/memory.events.local", text, out var length).IsSuccess
            ? FlatKeyed.Value(text[..length], "oom"u8) : null;
    }

    /// <summary>The most it ever held; null before Linux 5.19.</summary>
    public ByteSize? Peak
    {
        get
        {
            return Number($"{Directory}/memory.peak") is { } bytes ? new ByteSize(bytes) : null;
        }
    }

    /// <summary>What it holds and would miss; null where memory is not the kernel's concern here.</summary>
    public long? Memory => _tree.Controllers.HasFlag(Controllers.Memory) ? WorkingSet.Of(Directory) : null;

    /// <summary>The same of all of the workload.</summary>
    public long? MemoryOfAll => _tree.MemoryOfAll;

    /// <summary>The number that a file of a cgroup holds; null where it cannot be read.</summary>
    public static long? Number(string path)
    {
        Span<byte> text = stackalloc byte[32];
        return KernelFile.Read(path, text, out var length).IsSuccess &&
            DecimalText.TryRead(text[..length].TrimEnd((byte)'\n'), long.MaxValue, out var number) ? (long)number : null;
    }

    /// <summary>Whether a process is in it or below it; one that has ended and waits to be collected is none.</summary>
    public bool IsPopulated
    {
        get
        {
            Span<byte> text = stackalloc byte[256];
            var error = PopulatedEvents >= 0
                ? KernelFile.Read(PopulatedEvents, text, out var length)
                : KernelFile.Read($"{Directory}/cgroup.events", text, out length);
            // EMFILE: look for the processes themselves, which a moment later may be possible.
            return error.IsSuccess ? FlatKeyed.Value(text[..length], "populated"u8) != 0 : error.IsShortage;
        }
    }

    /// <summary>
    /// The last process may be on its way out of the kernel (6.18 on): then nobody is left, whatever "populated" says. That is
    /// believed only of a cgroup that has none below it, and that can be listed (EMFILE).
    /// </summary>
    /// <param name="helpers">Those that are in it and none of its run's: probes, which are ended by themselves.</param>
    public bool HasMembersBeside(IReadOnlyCollection<int> helpers) => IsPopulated &&
        (DirectoryEntries.Directories(Directory).Count > 0 || !CgroupMembers.CanList(Directory) || !CgroupMembers.Find(Directory)
            .TrueForAll(helpers.Contains));

    // The descriptor may not have been to be had when it was wanted (EMFILE).
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
        // Atomic against fork. ENOENT before Linux 5.14; EMFILE where no descriptor is left to write it with.
        if (!KernelFile.Write($"{Directory}/cgroup.kill", "1").IsSuccess)
            KillEach();
    }

    /// <summary>Frozen ones fork no more, and take SIGKILL all the same (cgroup-v2.rst, cgroup.freeze; Linux 5.2).</summary>
    internal void KillEach()
    {
        _ = KernelFile.Write($"{Directory}/cgroup.freeze", "1");
        for (var pass = 0; pass < MaxPasses && IsPopulated; pass++)
            CgroupMembers.Signal(Directory, Core.Values.Signal.Kill);
    }

    /// <summary>Nothing is in it any more; what the kernel will not remove yet is tried again later.</summary>
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
