using System.Runtime.CompilerServices;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Events;

/// <summary>
/// The signals that the init takes from the queue instead of being interrupted by them, and the code that blocks them on every
/// thread. An explicit list: the runtime needs SEGV, FPE, ILL and BUS for its exceptions and SIGRTMIN (34) to stop threads, glibc
/// keeps 32 and 33, and KILL and STOP cannot be blocked.
/// </summary>
internal static unsafe class SignalMask
{
    private static readonly int[] NeededByTheRuntime = [4, 7, 8, 11, 32, 33, 34];

    /// <summary>True if we take the signal and, in pass-through mode, forward it.</summary>
    public static bool IsTaken(int number) =>
        number is >= 1 and <= Signal.Max && number != Signal.Kill.Number && number != Signal.Stop.Number &&
        !NeededByTheRuntime.AsSpan().Contains(number);

    /// <summary>Every signal that is taken, SIGCHLD among them.</summary>
    public static sigset_t Taken
    {
        get
        {
            sigset_t set = default;
            for (var number = 1; number <= Signal.Max; number++)
                if (IsTaken(number))
                    set.__val[0] |= 1UL << (number - 1);
            return set;
        }
    }

    /// <summary>
    /// Blocks the signals on this thread and on the runtime's finalizer thread, which exists before <c>Main</c> with no signal
    /// blocked: without this the kernel could give that thread our SIGTERM (which then kills us) or SIGCHLD (which is then lost). A
    /// thread can only set its own mask, so the finalizer thread is given one finalizer to run.
    /// </summary>
    public static void BlockOnEveryThread()
    {
        BlockOnThisThread();
        MakeGarbage();
        GC.Collect(0);
        GC.WaitForPendingFinalizers();

        // A SIGCHLD disposition of "ignore", inherited from the parent, would make the kernel discard exit statuses.
        sigaction standard = default;
        _ = set_sigaction(Signal.Chld.Number, &standard, null);
    }

    /// <summary>They act on the process again, by way of this thread.</summary>
    public static void UnblockOnThisThread()
    {
        var taken = Taken;
        _ = pthread_sigmask(SIG_UNBLOCK, &taken, null);
    }

    private static void BlockOnThisThread()
    {
        var taken = Taken;
        _ = pthread_sigmask(SIG_BLOCK, &taken, null);
    }

    // Not inlined, so that no register of the caller still holds the object when the collector looks.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MakeGarbage() => _ = new Blocker();

    private sealed class Blocker
    {
        ~Blocker() => BlockOnThisThread();
    }
}
