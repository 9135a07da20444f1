using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Processes;

/// <summary>Signals whatever is left of what we started, in the widest way our position allows.</summary>
internal static class Descendants
{
    /// <summary>
    /// PID 1 sends to every process of its namespace. A subreaper must not (<c>kill(-1)</c> would hit the whole machine), so it
    /// sends to its own children; what those leave behind comes to it next, and the caller asks again.
    /// </summary>
    /// <returns>False where we are not PID 1 and cannot read our children (no /proc).</returns>
    public static bool Signal(Signal signal)
    {
        if (getpid() == 1)
        {
            // ESRCH: nobody left. EPERM cannot be: PID 1 of a non-root user may signal what it started, and others stay.
            _ = kill(-1, signal.Number);
            return true;
        }
        return ChildrenFile.ForEachOfOurs(pid => _ = kill(pid, signal.Number));
    }

    /// <summary>Asks or forces what is left to end. What is stopped takes no SIGTERM until it continues.</summary>
    /// <returns>As <see cref="Signal"/>.</returns>
    public static bool End(Signal signal) =>
        Signal(signal) && (signal == Core.Values.Signal.Kill || Signal(Core.Values.Signal.Cont));
}
