using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Doctor;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Supervising;

/// <summary>Whether the kernel or mcp-init enforces the file's limits; made once, before anything starts.</summary>
/// <param name="Tree">Null if there are no cgroups of our own.</param>
/// <param name="Access">The reason, if there are none.</param>
/// <param name="Needed">The controllers that the file's limits need.</param>
internal sealed record LimitSetup(CgroupTree? Tree, CgroupAccess Access, Controllers Needed)
{
    public static LimitSetup SetUp(Settings settings)
    {
        var access = settings.Limits.Enforce == Enforcement.Off ? new CgroupAccess(null, CgroupObstacle.SwitchedOff)
            : getpid() != 1 ? new CgroupAccess(null, CgroupObstacle.NotFirst)
            : CgroupRoot.Find();
        // The answer of SetUp may name another directory.
        var own = access.Directory;
        var tree = access.IsGranted ? CgroupTree.SetUp(access.Directory!, settings.Limits, out access) : null;
        return new LimitSetup(tree, access, LimitFiles.NeededBy(settings)) { Container = ContainerMemory.Find(own) };
    }

    /// <summary>The container's own limit; null if none is seen, or if <c>enforce = "off"</c>.</summary>
    public ContainerMemory? Container { get; private init; }

    /// <summary>The controllers that the file needs and the kernel does not give.</summary>
    private Controllers Missing => Needed & ~(Tree?.Controllers ?? Controllers.None);

    /// <summary>The controllers whose limits we watch ourselves, if a service has such a limit now or after a reload.</summary>
    public Controllers Sampled => Access.Obstacle is CgroupObstacle.SwitchedOff or CgroupObstacle.NoProc
        ? Controllers.None : (Controllers.Memory | Controllers.Tasks) & ~(Tree?.Controllers ?? Controllers.None);

    /// <summary>The setup of the same container under another file.</summary>
    public LimitSetup Under(Settings settings) => this with { Needed = LimitFiles.NeededBy(settings) };

    /// <summary>Whether a file needs a controller that the kernel does not give, and the previous file did not.</summary>
    public bool LacksMoreThan(LimitSetup before) =>
        (Missing & ~before.Missing) != Controllers.None || (IsSwapFree && !before.IsSwapFree);

    /// <summary>Whether the file has a limit that the kernel does not enforce in full, and limits are not switched off.</summary>
    public bool Lacks => IsSwapFree || (Missing != Controllers.None && Access.Obstacle != CgroupObstacle.SwitchedOff);

    /// <summary>Why, and the advice of <c>doctor</c> if there is any.</summary>
    private string Explained(out string advice)
    {
        var (reason, setting) = CgroupChecks.Brief(
            FactFinder.OfCgroup(Tree is null ? Access : new CgroupAccess(Tree.Root, CgroupObstacle.None)), Missing);
        advice = setting is null ? "" : $"; {setting}";
        return Tree is null ? reason ?? Access.Reason : reason is null ? MissingText : $"{MissingText}, since {reason}";
    }

    private bool IsSwapFree => Tree is { CanLimitSwap: false } && Needed.HasFlag(Controllers.Memory) && HasSwap();

    /// <summary>The reason why <c>enforce = "require"</c> cannot be met; null if it can.</summary>
    public string? Objection
    {
        get
        {
            if (Tree is null || Missing != Controllers.None)
                return $"{Explained(out var advice)}{advice}";
            return IsSwapFree ? SwapText : null;
        }
    }

    public void Tell(Announcer log)
    {
        if (Tree is not null)
            log.Tell(Notices.LimitsByKernel.Of(Tree.Workload, Tree.Controllers.Join()));
        if (Access.Obstacle == CgroupObstacle.SwitchedOff)
        {
            if (Needed != Controllers.None)
                log.Tell(Notices.LimitsOff.Of());
        }
        else if (Tree is null && Needed == Controllers.None)
            log.Tell(Notices.NoCgroups.Of(Access.Reason));
        else if (Missing != Controllers.None)
        {
            var reason = Explained(out var advice);
            log.Tell(Notices.LimitsNotByKernel.Of(Missing.Join(), reason, Consequence, advice));
        }
        if (IsSwapFree)
            log.Tell(Notices.LimitsWithoutSwap.Of(SwapText));
    }

    private string Consequence => Access.Obstacle == CgroupObstacle.NoProc
        ? "they have no effect"
        : (Missing & (Controllers.Memory | Controllers.Tasks), Missing & Controllers.Cpu) switch
    {
        (Controllers.None, _) => "cpu limits have no effect",
        (_, Controllers.None) => $"{Watching}{Unseen}",
        _ => $"{Watching}{Unseen}; cpu limits have no effect",
    };

    private const string Watching =
        "mcp-init looks itself, and ends a service over its memory_max or tasks_max; memory_high and swap_max have no effect";

    private static string Unseen => FactFinder.HidePid() is { } hides
        ? $" (without CAP_SYS_PTRACE it cannot see processes of other users: /proc is mounted with hidepid={hides})" : "";

    private string MissingText => $"the container's cgroup has no controller {Missing.Join()}" +
        string.Concat(
            Tree!.Refused.Where(r => Missing.HasFlag(r.Controller) && r.Errno.Number != Errno.ENOENT).Select(r => $" ({r.Errno})"));

    private const string SwapText =
        "the kernel does not limit swap (memory.swap.max is missing): a service over its memory_max is swapped out";

    /// <summary>The file has one line for headings and one for each swap area (<c>man 5 proc</c>, /proc/swaps).</summary>
    private static bool HasSwap() => KernelFile.ReadAll("/proc/swaps").AsSpan().Count((byte)'\n') > 1;
}
