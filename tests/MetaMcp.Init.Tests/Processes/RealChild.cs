using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Processes;

/// <summary>Children of the test's own process.</summary>
internal static unsafe class RealChild
{
    /// <summary>Waits for the end of a child and collects it.</summary>
    public static void Collect(int pid) => Assert.True(SpinWait.SpinUntil(() => IsCollected(pid), TimeSpan.FromSeconds(10)));

    /// <summary>Reads from the pipe of a child, as the event loop does, until a condition holds.</summary>
    /// <param name="takeReadable">The current handler of the pipe; null for none.</param>
    /// <param name="isDone">The condition.</param>
    public static void ReadUntil(Func<Action?> takeReadable, Func<bool> isDone) => Assert.True(SpinWait.SpinUntil(
        () =>
        {
            takeReadable()?.Invoke();
            return isDone();
        },
        TimeSpan.FromSeconds(10)));

    public static bool HasEnded(int pid)
    {
        siginfo_t info = default;
        return waitid(P_PID, (uint)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
    }

    public static void Kill(int pid)
    {
        _ = kill(pid, 9);
        Collect(pid);
    }

    private static bool IsCollected(int pid)
    {
        siginfo_t info = default;
        return waitid(P_PID, (uint)pid, &info, WEXITED | WNOHANG) != 0 || info.si_pid == pid;
    }
}
