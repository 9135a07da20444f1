using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>
/// How many descriptors PID 1 may have open (<c>man 2 getrlimit</c>, RLIMIT_NOFILE). Its soft limit is raised to the hard one, since it
/// holds some for each service; services are given back the limit that mcp-init was started with, as programs that use select(2) rely on.
/// The last few are kept from starts: with all taken by runs, nothing could be looked at, stopped or killed any more.
/// </summary>
internal static unsafe class DescriptorLimit
{
    /// <summary>A look at /proc and a signal take two at a time; a cleanup, a probe or a read of the file as many.</summary>
    private const int Kept = 16;

    /// <summary>More than any number of services takes; some runtimes set no hard limit at all.</summary>
    private const ulong Most = 1 << 20;

    private static rlimit _own;

    /// <summary>The soft limit that we were started with; null where it is in force still.</summary>
    public static ulong? Original { get; private set; }

    /// <summary>Raises the soft limit, where the hard one is higher.</summary>
    public static void Raise()
    {
        rlimit given;
        if (prlimit(0, RLIMIT_NOFILE, null, &given) != 0)
            return;
        var raised = given with { rlim_cur = Math.Max(given.rlim_cur, Math.Min(given.rlim_max, Most)) };
        if (prlimit(0, RLIMIT_NOFILE, &raised, null) != 0)
            return;
        _own = raised;
        // Also where nothing is raised: the reserve of a start is in force when its child is made.
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
