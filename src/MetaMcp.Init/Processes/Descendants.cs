using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>Signals all processes that are left of those we started, as widely as our position allows.</summary>
internal static class Descendants
{
    /// <summary>
    /// PID 1 signals every process of its namespace. A subreaper must not (<c>kill(-1)</c> would reach the whole machine), so it
    /// signals its own children. The processes that these leave behind become its children next, and the caller calls again.
    /// </summary>
    /// <returns>False if we are not PID 1 and cannot read our children (no /proc).</returns>
    public static bool Signal(Signal signal)
    {
        if (getpid() == 1)
        {
            // ESRCH: no process is left. EPERM cannot occur: PID 1 of a non-root user may signal its own processes; others stay.
            _ = kill(-1, signal.Number);
            return true;
        }
        return ChildrenFile.ForEachOfOurs(pid => _ = kill(pid, signal.Number));
    }

    /// <summary>
    /// Asks the remaining processes to end, or kills them. A stopped process takes no SIGTERM until it continues.
    /// </summary>
    /// <returns>As <see cref="Signal"/>.</returns>
    public static bool End(Signal signal) =>
        Signal(signal) && (signal == Core.Values.Signal.Kill || Signal(Core.Values.Signal.Cont));
}
