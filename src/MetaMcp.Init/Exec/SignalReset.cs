using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>
/// Gives the command the signals of a fresh process. Exec itself removes handlers, but keeps ignored signals and the mask, and our
/// runtime ignores SIGPIPE. Uses the kernel's own calls, since glibc's functions refuse its two private signals.
/// </summary>
internal static unsafe class SignalReset
{
    // The kernel's struct sigaction: handler, flags, restorer, mask; its mask has 64 bits.
    private const int ActionWords = 4;
    private const int MaskBytes = 8;

    public static void All()
    {
        var action = stackalloc nint[ActionWords];
        var standard = stackalloc nint[ActionWords];
        new Span<nint>(standard, ActionWords).Clear();
        for (var number = 1; number <= Signal.Max; number++)
        {
            if (syscall(SYS_rt_sigaction, number, 0, (nint)action, MaskBytes) == 0 && action[0] == SIG_IGN)
                _ = syscall(SYS_rt_sigaction, number, (nint)standard, 0, MaskBytes);
        }
        ulong none = 0;
        _ = syscall(SYS_rt_sigprocmask, SIG_SETMASK, (nint)(&none), 0, MaskBytes);
    }
}
