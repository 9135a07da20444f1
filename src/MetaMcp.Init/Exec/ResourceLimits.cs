using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>
/// Limits are set while we may still raise them. Limits on memory apply to this process too, whose runtime reserves more than a
/// service may be allowed, so they are set last. Early, only their hard limit is raised, if needed, since later there may be no
/// privilege for that.
/// </summary>
internal static unsafe class ResourceLimits
{
    /// <summary>Restores the soft limit of descriptors that PID 1 was started with and has raised for itself.</summary>
    public static void RestoreSoft(ulong soft)
    {
        rlimit limit;
        if (prlimit(0, RLIMIT_NOFILE, null, &limit) != 0)
            return;
        limit.rlim_cur = Math.Min(soft, limit.rlim_max);
        if (prlimit(0, RLIMIT_NOFILE, &limit, null) != 0)
            throw ExecFailedException.Of(ExecStep.ResourceLimit, LastError, "nofile");
    }

    public static void ApplyEarly(ReadOnlySpan<ResourceLimit> limits)
    {
        foreach (var limit in limits)
        {
            var resource = ResourceTable.Find(limit.Resource);
            var wanted = Native(limit);
            if (IsLate(resource))
            {
                rlimit current;
                if (prlimit(0, resource, null, &current) == 0 && wanted.rlim_max <= current.rlim_max)
                    continue;
                wanted.rlim_cur = current.rlim_cur;
            }
            Set(limit, resource, wanted);
        }
    }

    public static void ApplyLate(ReadOnlySpan<ResourceLimit> limits)
    {
        foreach (var limit in limits)
        {
            var resource = ResourceTable.Find(limit.Resource);
            if (IsLate(resource))
                Set(limit, resource, Native(limit));
        }
    }

    private static bool IsLate(int resource) => resource is RLIMIT_DATA or RLIMIT_STACK or RLIMIT_AS;

    private static rlimit Native(ResourceLimit limit) =>
        new() { rlim_cur = limit.Soft ?? RLIM_INFINITY, rlim_max = limit.Hard ?? RLIM_INFINITY };

    private static void Set(ResourceLimit limit, int resource, rlimit value)
    {
        if (prlimit(0, resource, &value, null) != 0)
            throw ExecFailedException.Of(ExecStep.ResourceLimit, LastError, limit.Resource);
    }
}
