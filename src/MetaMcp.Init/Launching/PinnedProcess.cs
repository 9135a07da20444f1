using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launching;

/// <summary>
/// A process of a client, by a pidfd (<c>man 2 pidfd_open</c>), so that no later process with its pid is taken for it. Each pidfd is kept
/// for long, so those that looking, stopping and killing need are left free.
/// </summary>
internal static unsafe class PinnedProcess
{
    /// <summary>The process that connected; negative and the error if there is no pidfd of it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="peer">The kernel's word on that process, from the time of the connect.</param>
    /// <param name="error">ESRCH: it is gone.</param>
    public static int OpenPeer(int connection, in ucred peer, out Errno error)
    {
        using var kept = DescriptorLimit.Reserve();
        int descriptor;
        var length = (uint)sizeof(int);
        if (getsockopt(connection, SOL_SOCKET, SO_PEERPIDFD, &descriptor, &length) == 0)
        {
            error = Errno.None;
            return descriptor;
        }
        error = LastError;
        // EINVAL: the process was collected before there was a pidfd of it.
        if (error.Number == Errno.EINVAL)
            error = new Errno(Errno.ESRCH);
        if (error.Number != Errno.ENOPROTOOPT)
            return -1;
        // Before Linux 6.5. The process may have ended since it connected, and its pid belong to another one: then its end of the
        // connection is closed, unless a child of it has that end too. Such a child can at most be taken for another process of the same
        // user, since the users are compared.
        descriptor = pidfd_open(peer.pid, 0);
        if (descriptor < 0)
        {
            error = LastError;
            return -1;
        }
        error = Errno.None;
        if (!IsHungUp(connection) && ProcessTable.UserOf(peer.pid, out _) == peer.uid)
            return descriptor;
        _ = close(descriptor);
        error = new Errno(Errno.ESRCH);
        return -1;
    }

    /// <summary>Opens a pidfd; negative if that failed.</summary>
    public static int Open(int pid, out Errno error)
    {
        using var kept = DescriptorLimit.Reserve();
        var descriptor = pidfd_open(pid, 0);
        error = descriptor < 0 ? LastError : Errno.None;
        return descriptor;
    }

    /// <summary>Whether the process of a pidfd has ended; false for -1, which <c>poll</c> leaves out.</summary>
    public static bool HasEnded(int descriptor)
    {
        pollfd readable = new() { fd = descriptor, events = POLLIN };
        return poll(&readable, 1, 0) != 0;
    }

    /// <summary>Reads /proc of a process whose pidfd was opened before: true if the result is certainly of that process.</summary>
    public static bool TryRead(int pid, int descriptor, out ProcessStat stat) => TryRead(pid, descriptor, out stat, out _);

    /// <summary>The same; the error is ESRCH if the process has ended, and another if it could not be read (EMFILE).</summary>
    public static bool TryRead(int pid, int descriptor, out ProcessStat stat, out Errno error)
    {
        if (!ProcessTable.TryRead(pid, out stat, out error))
        {
            error = error.IsShortage ? error : new Errno(Errno.ESRCH);
            return false;
        }
        error = stat.IsDead || HasEnded(descriptor) ? new Errno(Errno.ESRCH) : Errno.None;
        return error.IsSuccess;
    }

    /// <summary>
    /// The parent of a process; -1 for none: if it is ourselves, or outside of our PID namespace. The parent has not changed when the
    /// process is read once more behind pidfd_open, and so the number was still the parent's.
    /// </summary>
    /// <param name="child">The process.</param>
    /// <param name="childDescriptor">Its pidfd.</param>
    /// <param name="error">ESRCH: one of the two is gone.</param>
    public static int OpenParent(in ProcessStat child, int childDescriptor, out Errno error)
    {
        error = Errno.None;
        if (child.Parent == getpid() || child.Parent <= 0)
            return -1;
        var descriptor = Open(child.Parent, out error);
        if (descriptor < 0)
            return -1;
        if (TryRead(child.Pid, childDescriptor, out var now, out error) && now.Parent == child.Parent)
            return descriptor;
        _ = close(descriptor);
        error = error.IsSuccess ? new Errno(Errno.ESRCH) : error;
        return -1;
    }

    public static ProcessKey KeyOf(in ProcessStat stat) => new(stat.Pid, stat.StartTime);

    private static bool IsHungUp(int connection)
    {
        pollfd state = new() { fd = connection };
        return poll(&state, 1, 0) != 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
    }
}
