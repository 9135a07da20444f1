using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Events;

/// <summary>
/// The signals that came, in a descriptor (<c>man 2 signalfd</c>). Preferred to sigtimedwait, which unblocks what it waits for,
/// so that neither a test nor an operator could see in /proc that the signals are blocked on every thread.
/// </summary>
internal sealed unsafe class SignalQueue
{
    /// <summary>
    /// As many are taken before anything else has its turn: real-time signals queue up, and who sends them without end must
    /// not have the loop to itself.
    /// </summary>
    public const int MaxPerTurn = 64;

    private readonly uint _ourselves = (uint)getpid();

    /// <param name="descriptor">A signalfd; tests, whose process has signals of its own, give one that nothing comes on.</param>
    internal SignalQueue(int descriptor) => Descriptor = descriptor;

    /// <summary>Readable while a signal is pending; non-blocking.</summary>
    public int Descriptor { get; }

    /// <summary>Blocks the signals on every thread first: what is not blocked does not arrive here.</summary>
    public static SignalQueue? Open(out Errno error)
    {
        SignalMask.BlockOnEveryThread();
        var taken = SignalMask.Taken;
        var descriptor = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
        error = descriptor < 0 ? LastError : Errno.None;
        return descriptor < 0 ? null : new SignalQueue(descriptor);
    }

    /// <summary>
    /// The next pending signal, or null where there is none. What comes from ourselves is nobody's message: a write to a pipe
    /// that nobody reads any more sends its writer SIGPIPE, and one that is blocked is kept even where it is ignored.
    /// </summary>
    public Signal? TryTake() => TryTake(out _, out _);

    /// <param name="isOfKernel">The kernel sent it (SI_KERNEL, <c>man 2 sigaction</c>), as those of a terminal, and no process.</param>
    /// <param name="sender">The process that it is of, for SIGCHLD the child; as its sender says.</param>
    public Signal? TryTake(out bool isOfKernel, out int sender)
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
