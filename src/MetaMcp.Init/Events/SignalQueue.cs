using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Events;

/// <summary>
/// The signals that came, in a descriptor (<c>man 2 signalfd</c>). Preferred to sigtimedwait, which unblocks the signals it waits
/// for, so that /proc would not show to a test or an operator that the signals are blocked on every thread.
/// </summary>
internal sealed unsafe class SignalQueue
{
    /// <summary>
    /// The number of signals that are taken before other work has its turn: real-time signals queue up, and a process that sends them
    /// without end must not keep the loop busy.
    /// </summary>
    public const int MaxPerTurn = 64;

    private readonly uint _ourselves = (uint)getpid();

    /// <param name="descriptor">A signalfd; tests, whose process has signals of its own, give a descriptor without input.</param>
    internal SignalQueue(int descriptor) => Descriptor = descriptor;

    /// <summary>Readable while a signal is pending; non-blocking.</summary>
    public int Descriptor { get; }

    /// <summary>Blocks the signals on every thread first: a signal that is not blocked does not arrive here.</summary>
    public static SignalQueue? Open(out Errno error)
    {
        SignalMask.BlockOnEveryThread();
        var taken = SignalMask.Taken;
        var descriptor = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
        error = descriptor < 0 ? LastError : Errno.None;
        return descriptor < 0 ? null : new SignalQueue(descriptor);
    }

    /// <summary>
    /// The next pending signal, or null. A signal from our own process is ignored: a write to a pipe without a reader sends its
    /// writer SIGPIPE, and a blocked signal is kept pending even if its disposition is to ignore it.
    /// </summary>
    public Signal? TryTake() => TryTake(out _, out _);

    /// <summary>Takes the next pending signal and hands it on; false if there was none.</summary>
    /// <param name="arrived">Gets the signal, whether the kernel sent it, and the sender, which for SIGCHLD is the child.</param>
    public bool Take(Action<Signal, bool, int> arrived)
    {
        if (TryTake(out var isOfKernel, out var sender) is not { } signal)
            return false;
        arrived(signal, isOfKernel, sender);
        return true;
    }

    /// <param name="isOfKernel">The kernel sent the signal (SI_KERNEL, <c>man 2 sigaction</c>), as for a terminal, and no process
    /// did.</param>
    /// <param name="sender">The process that sent the signal; for SIGCHLD the child. The sender may have set any value.</param>
    private Signal? TryTake(out bool isOfKernel, out int sender)
    {
        (isOfKernel, sender) = (false, 0);
        signalfd_siginfo info;
        while (read(Descriptor, &info, (nuint)sizeof(signalfd_siginfo)) == sizeof(signalfd_siginfo))
        {
            if (info.ssi_pid == _ourselves)
                continue;
            (isOfKernel, sender) = (info.ssi_code == SI_KERNEL, (int)info.ssi_pid);
            return Signal.FromNumber((int)info.ssi_signo);
        }
        return null;
    }

    /// <summary>Sleeps until a signal is pending or the deadline has come.</summary>
    public void Wait(Instant due)
    {
        pollfd readable = new() { fd = Descriptor, events = POLLIN };
        _ = poll(&readable, 1, PollTimeout.Until(due, MonotonicClock.Now));
    }
}
