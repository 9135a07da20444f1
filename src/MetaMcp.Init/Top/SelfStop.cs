using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Top;

/// <summary>
/// Stops this process as a stop of the terminal does. The signal is blocked like all others, and is let through once: the kernel discards
/// it where no shell could continue us (an orphaned process group, as with <c>docker exec</c>).
/// </summary>
internal static unsafe class SelfStop
{
    public static void With(Signal signal)
    {
        _ = kill(getpid(), signal.Number);
        sigset_t one = default;
        one.__val[0] = 1UL << (signal.Number - 1);
        _ = pthread_sigmask(SIG_UNBLOCK, &one, null);
        _ = pthread_sigmask(SIG_BLOCK, &one, null);
    }
}
