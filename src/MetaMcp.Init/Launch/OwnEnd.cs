using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launch;

/// <summary>Ends this process as another has ended, so that a client that waits for it learns the same.</summary>
internal static unsafe class OwnEnd
{
    /// <summary>The exit code; does not return if a signal ended the other.</summary>
    public static int As(ExitStatus status)
    {
        if (status.Code is { } code)
            return code;
        // The server has dumped its core, if it was to. Not ours: a program that takes cores by a pipe ignores the limit.
        rlimit none = default;
        _ = prlimit(0, RLIMIT_CORE, &none, null);
        _ = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
        By(status.Signal);
        return status.ShellCode;
    }

    /// <summary>Ends this process by the signal; returns if the signal ends no process.</summary>
    public static void By(Signal signal)
    {
        sigaction standard = default;
        _ = set_sigaction(signal.Number, &standard, null);
        _ = kill(getpid(), signal.Number);
        // It acts on this thread before the call returns.
        sigset_t one = default;
        one.__val[0] = 1UL << (signal.Number - 1);
        _ = pthread_sigmask(SIG_UNBLOCK, &one, null);
    }
}
