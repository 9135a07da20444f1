using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>
/// The main processes that are not children of ours: no SIGCHLD tells of their end, but a pidfd becomes readable (<c>man 2
/// pidfd_open</c>). If there is no descriptor for one (EMFILE, or a kernel or a profile that has no pidfds), its /proc file is looked
/// at once a second, and a pidfd is asked for again.
/// </summary>
/// <param name="watch">Calls the action when the descriptor is readable.</param>
/// <param name="unwatch">Called with a descriptor before it is closed.</param>
/// <param name="ended">Takes a run whose main process has ended, and whether that process has become our child and is to be
/// collected.</param>
/// <param name="open">Another pidfd_open, for tests: a descriptor, or an error.</param>
internal sealed unsafe class ForeignMains(
    Action<int, Action> watch, Action<int> unwatch, Action<ServiceRun, bool> ended, Func<int, (int Descriptor, Errno Error)>? open = null)
{
    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, ServiceRun> _byPid = [];
    private readonly HashSet<ServiceRun> _blind = [];
    private readonly List<ServiceRun> _some = [];
    private Instant _lookAt = Instant.Never;

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due => _blind.Count == 0 ? Instant.Never : _lookAt;

    /// <summary>The main process of a run is not our child. Until it is watched, it is looked at.</summary>
    public void Add(ServiceRun run)
    {
        _ = _byPid.EnsureCapacity(_byPid.Count + 1);
        _ = _blind.EnsureCapacity(_blind.Count + 1);
        // If another run had this pid, its main process has ended, and its pidfd tells so.
        _byPid[run.Main] = run;
        if (_blind.Add(run) && _blind.Count == 1)
            _lookAt = MonotonicClock.Now + LookPause;
    }

    /// <summary>
    /// Watches the main process of a run, if it is not watched yet. If it is gone, that is told at once: the pid may belong to another
    /// process by now, so the start time is compared after the pidfd was opened.
    /// </summary>
    public void Watch(ServiceRun run)
    {
        if (run is not { Foreign: { } main, HasMain: true, ForeignDescriptor: < 0 })
            return;
        var descriptor = Open(main.Pid, out var error);
        var isThere = error.Number == Errno.ESRCH ? false : IsThere(main, isDeadThere: descriptor >= 0);
        if (descriptor >= 0 && isThere == true)
        {
            run.ForeignDescriptor = descriptor;
            watch(descriptor, () => Readable(run, descriptor));
            _ = _blind.Remove(run);
            return;
        }
        if (descriptor >= 0)
            _ = close(descriptor);
        if (isThere == false)
            ended(run, false);
    }

    /// <summary>Looks at the main processes for which there was no pidfd, and asks for one again.</summary>
    public void Expire(Instant now)
    {
        if (now < Due)
            return;
        _lookAt = now + LookPause;
        _some.Clear();
        _some.AddRange(_blind);
        foreach (var run in _some)
            Watch(run);
    }

    /// <summary>
    /// The run whose main process a child of ours was, if that process had become our child. A process that has its pid by now cannot be
    /// taken for it: the end of the former is told first, by its pidfd, in the wait of the same turn.
    /// </summary>
    public ServiceRun? Find(int pid) => _byPid.GetValueOrDefault(pid);

    /// <summary>Adds nothing to what the kernel delivers: a signal that is refused for want of a descriptor is lost.</summary>
    public static void Signal(ServiceRun run, Signal signal)
    {
        if (run.ForeignDescriptor >= 0)
            _ = pidfd_send_signal(run.ForeignDescriptor, signal.Number, null, 0);
        else if (run.Foreign is { } main)
            _ = PinnedSignal.Send(new ProcessStat(main.Pid, main.StartTime, 0, 0, 0, 1, IsDead: false), signal);
    }

    /// <summary>The process is the main one no more, or has ended.</summary>
    public void Drop(ServiceRun run)
    {
        if (_byPid.GetValueOrDefault(run.Main) == run)
            _ = _byPid.Remove(run.Main);
        _ = _blind.Remove(run);
        if (run.ForeignDescriptor < 0)
            return;
        unwatch(run.ForeignDescriptor);
        _ = close(run.ForeignDescriptor);
        run.ForeignDescriptor = -1;
    }

    /// <summary>Null if that could not be learned: a process that cannot be read is assumed to exist.</summary>
    /// <param name="main">The process.</param>
    /// <param name="isDeadThere">Whether one that has ended and was not collected counts: a pidfd tells of its end.</param>
    private static bool? IsThere(ProcessKey main, bool isDeadThere)
    {
        // The first thread may have ended before the others. A child of ours is collected at its SIGCHLD.
        if (ProcessTable.TryRead(main.Pid, out var stat, out var error))
            return stat.StartTime == main.StartTime && (!stat.IsDead || isDeadThere || stat.Threads > 1 || stat.Parent == getpid());
        return error.Number is Errno.ENOENT or Errno.ESRCH ? false : null;
    }

    private int Open(int pid, out Errno error)
    {
        // A pidfd is kept as long as the process lives: it leaves the descriptors free that stopping and killing need.
        using var kept = DescriptorLimit.Reserve();
        int descriptor;
        if (open is not null)
            (descriptor, error) = open(pid);
        else
        {
            descriptor = pidfd_open(pid, 0);
            error = descriptor < 0 ? LastError : Errno.None;
        }
        return descriptor;
    }

    private void Readable(ServiceRun run, int descriptor)
    {
        if (run.ForeignDescriptor != descriptor)
            return;
        siginfo_t info;
        info.si_pid = 0;
        // Its parent may have ended before it: then it is our child, and we are told its status.
        if (waitid(P_PIDFD, (uint)descriptor, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
        {
            if (info.si_pid != 0)
                ended(run, true);
            return;
        }
        // ECHILD: it is not. An event of epoll may be one of a descriptor that had this number before.
        pollfd readable = new() { fd = descriptor, events = POLLIN };
        if (poll(&readable, 1, 0) > 0)
            ended(run, false);
    }
}
