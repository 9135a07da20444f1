using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Spawning;

/// <summary>
/// The signals of the command that this process becomes. Exec itself removes handlers, but keeps ignored signals and the mask, and our
/// runtime ignores SIGPIPE. Uses the kernel's own calls, since glibc's functions refuse its two private signals.
/// </summary>
internal static unsafe class SignalReset
{
    // The kernel's struct sigaction: handler, flags, restorer, mask; its mask has 64 bits.
    private const int ActionWords = 4;
    private const int MaskBytes = 8;

    /// <summary>
    /// The signals that our parent has ignored or blocked for us, before we block any: a server of a client is to have them too, as
    /// with nohup. SIGPIPE is ignored by our own runtime, whatever it was before.
    /// </summary>
    public static SignalSets Inherited
    {
        get
        {
            ulong ignored = 0, blocked = 0;
            for (var number = 1; number <= Signal.Max; number++)
                if (number != Signal.Pipe.Number && Handler(number) == SIG_IGN)
                    ignored |= 1UL << (number - 1);
            _ = syscall(SYS_rt_sigprocmask, SIG_SETMASK, 0, (nint)(&blocked), MaskBytes);
            return new SignalSets(ignored, blocked);
        }
    }

    /// <summary>No signal but these is ignored or blocked; none is the state of a fresh process.</summary>
    public static void To(SignalSets sets)
    {
        var action = stackalloc nint[ActionWords];
        new Span<nint>(action, ActionWords).Clear();
        for (var number = 1; number <= Signal.Max; number++)
        {
            var wanted = (sets.Ignored & (1UL << (number - 1))) != 0 ? SIG_IGN : 0;
            if (Handler(number) is var present && present != wanted && (wanted == SIG_IGN || present == SIG_IGN))
            {
                action[0] = wanted;
                _ = syscall(SYS_rt_sigaction, number, (nint)action, 0, MaskBytes);
            }
        }
        var blocked = sets.Blocked;
        _ = syscall(SYS_rt_sigprocmask, SIG_SETMASK, (nint)(&blocked), 0, MaskBytes);
    }

    /// <summary>0 is the default action; it stands for an error too.</summary>
    private static nint Handler(int number)
    {
        var action = stackalloc nint[ActionWords];
        return syscall(SYS_rt_sigaction, number, 0, (nint)action, MaskBytes) == 0 ? action[0] : 0;
    }
}
