using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Doctor;

/// <summary>
/// Tests seccomp by making each call in a way that does nothing: with arguments that the kernel refuses, or on ourselves alone. (A
/// filter that kills instead of answering would end this process, as it would end mcp-init at its first such call.)
/// </summary>
internal static unsafe class CallProbe
{
    public static CallAnswer[] Ask()
    {
        sigset_t nothing = default;
        siginfo_t who;
        statx found;
        byte empty = 0;
        var ourselves = pidfd_open(getpid(), 0);
        var opened = ourselves < 0 ? LastError : Errno.None;
        // Without a pidfd the descriptor is not valid, and a filter still answers first.
        var signalled = Answer(pidfd_send_signal(ourselves, 0, null, 0));
        if (ourselves >= 0)
            _ = close(ourselves);
        return
        [
            new("epoll_create1", Opened(epoll_create1(EPOLL_CLOEXEC))),
            new("signalfd4", Opened(signalfd(-1, &nothing, SFD_CLOEXEC))),
            new("waitid", Answer(waitid(P_ALL, 0, &who, WEXITED | WNOHANG | WNOWAIT))),
            new("statx", Answer(get_statx(0, &empty, AT_EMPTY_PATH, STATX_TYPE, &found))),
            new("pidfd_open", opened),
            new("pidfd_send_signal", signalled),
            // No descriptor is this high.
            new("close_range", Answer(close_range(uint.MaxValue, uint.MaxValue, CLOSE_RANGE_CLOEXEC))),
            new("process_mrelease", Answer((int)syscall(SYS_process_mrelease, -1, 0, 0, 0))),
            // A size of 0 is refused before anything is read.
            new("clone3", Answer((int)syscall(SYS_clone3, 0, 0, 0, 0))),
        ];
    }

    private static Errno Answer(int result) => result < 0 ? LastError : Errno.None;

    private static Errno Opened(int descriptor)
    {
        if (descriptor < 0)
            return LastError;
        _ = close(descriptor);
        return Errno.None;
    }
}
