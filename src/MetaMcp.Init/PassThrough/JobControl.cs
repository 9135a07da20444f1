using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.PassThrough;

/// <summary>
/// Stands between a shell and the child. The shell knows our process group only, so our group has to stop, continue and hold the
/// terminal whenever the child's does (<c>man 7 credentials</c>, "Sessions and process groups").
/// </summary>
/// <param name="child">The child, which is not collected before any call here.</param>
/// <param name="hasForeground">Whether the child was given the terminal when it was started.</param>
internal sealed unsafe class JobControl(int child, bool hasForeground)
{
    private bool _gave = hasForeground;

    /// <summary>Stops us, or our whole process group, until SIGCONT comes.</summary>
    /// <returns>
    /// False if nothing stopped: PID 1 does not stop, and the kernel discards a stop signal of a group that no shell could continue.
    /// </returns>
    public bool Suspend(Signal with, bool group)
    {
        if (getpid() == 1)
            return false;
        if (Terminal.IsOf(getpgid(child)))
            Release();
        // kill also removes a pending SIGCONT from before, so a SIGCONT that is pending afterwards has ended a stop.
        _ = kill(group ? 0 : getpid(), with.Number);
        if (with != Signal.Stop)
            TakeEffect(with);
        sigset_t pending;
        return sigpending(&pending) == 0 && (pending.__val[0] & Bit(Signal.Cont)) != 0;
    }

    /// <summary>Continues the child with its group, in the foreground if that is ours.</summary>
    public void Resume()
    {
        var group = getpgid(child);
        if (Terminal.IsOurs)
        {
            Terminal.GiveTo(group);
            _gave = true;
        }
        else if (!Terminal.IsOf(group))
        {
            // The shell has the terminal and keeps it, as after `bg`.
            _gave = false;
        }
        _ = kill(-group, Signal.Cont.Number);
    }

    /// <summary>
    /// Gives the terminal back to the group it came from. Never takes a terminal that a shell has taken itself.
    /// </summary>
    public void Release()
    {
        if (_gave && getpid() != 1)
            Terminal.TakeBack();
        _gave = false;
    }

    /// <summary>Lets the signal, which is blocked like all others, act once. It acts before the first call returns.</summary>
    private static void TakeEffect(Signal signal)
    {
        sigset_t one = default;
        one.__val[0] = Bit(signal);
        _ = pthread_sigmask(SIG_UNBLOCK, &one, null);
        _ = pthread_sigmask(SIG_BLOCK, &one, null);
    }

    private static ulong Bit(Signal signal) => 1UL << (signal.Number - 1);
}
