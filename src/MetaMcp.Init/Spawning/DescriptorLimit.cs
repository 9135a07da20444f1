using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>
/// The number of descriptors that PID 1 may have open (<c>man 2 getrlimit</c>, RLIMIT_NOFILE). Its soft limit is raised to the hard
/// one, since it holds some for each service. Services get the limit that mcp-init was started with, since programs that use
/// select(2) rely on it. The last few descriptors are kept from starts: if runs held all of them, no process could be looked at,
/// stopped or killed any more.
/// </summary>
internal static unsafe class DescriptorLimit
{
    /// <summary>
    /// A look at /proc and a signal take two at a time; a cleanup, a probe or a read of the file takes as many.
    /// </summary>
    private const int Kept = 16;

    /// <summary>More than any number of services takes; some runtimes set no hard limit at all.</summary>
    private const ulong Most = 1 << 20;

    private static rlimit _own;

    /// <summary>The soft limit that mcp-init was started with; null if it is still in force.</summary>
    public static ulong? Original { get; private set; }

    /// <summary>Raises the soft limit, if the hard one is higher.</summary>
    public static void Raise()
    {
        rlimit given;
        if (prlimit(0, RLIMIT_NOFILE, null, &given) != 0)
            return;
        var raised = given with { rlim_cur = Math.Max(given.rlim_cur, Math.Min(given.rlim_max, Most)) };
        if (prlimit(0, RLIMIT_NOFILE, &raised, null) != 0)
            return;
        _own = raised;
        // Also if the limit is not raised: the reserve of a start may be in force when its child is made.
        Original = given.rlim_cur;
    }

    /// <summary>Until disposed, opening fails with EMFILE while there are a few left.</summary>
    public static Moment Reserve()
    {
        if (_own.rlim_cur > 4 * Kept)
            Set(_own with { rlim_cur = _own.rlim_cur - Kept });
        return default;
    }

    private static void Set(rlimit limit) => _ = prlimit(0, RLIMIT_NOFILE, &limit, null);

    internal readonly struct Moment : IDisposable
    {
        public void Dispose()
        {
            if (_own.rlim_cur > 0)
                Set(_own);
        }
    }
}
