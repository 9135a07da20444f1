using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Notifying;
using MetaMcp.Init.Output;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Runs;

/// <summary>The descriptors of ours that belong to one run of one service. -1 and null stand for none, or no longer.</summary>
internal sealed class ServiceRun(long number, string name)
{
    public long Number { get; } = number;

    /// <summary>The name of the service.</summary>
    public string Name { get; } = name;

    /// <summary>The process that was started, which leads its session; it may have been collected.</summary>
    public int Pid
    {
        get;
        set => Main = Session = Group = field = value;
    }

    /// <summary>The main process: the one that was started, until another takes its place.</summary>
    public int Main { get; private set; }

    /// <summary>
    /// The main process if it is not our child: its pid is not held until we collect it, so that the start time belongs to it. Null
    /// for a child.
    /// </summary>
    public ProcessKey? Foreign { get; private set; }

    /// <summary>The pidfd of <see cref="Foreign"/>, which becomes readable when that process has ended; -1 for none.</summary>
    public int ForeignDescriptor { get; set; } = -1;

    /// <summary>
    /// The session of the main process. Its number belongs to no other session as long as the main process lives in it.
    /// </summary>
    public int Session { get; private set; }

    /// <summary>The process group of the main process, which is the only evidence without /proc.</summary>
    public int Group { get; private set; }

    /// <summary>Whether the main process has not been collected.</summary>
    public bool HasMain { get; private set; } = true;

    /// <summary>
    /// Whether the run was begun below a process of another run: a server that a client launched. Its main process was not started by us.
    /// </summary>
    public bool IsNested { get; init; }

    /// <summary>Whether the process that is started is to leave the service in the background and end.</summary>
    public bool IsForking { get; init; }

    /// <summary>
    /// The process that was named as the main process (MAINPID=) and could not be taken yet; null for none.
    /// </summary>
    public ProcessStat? Successor { get; set; }

    /// <summary>Whether the main process was chosen for being the oldest, and may be replaced by the next oldest.</summary>
    public bool IsGuessed { get; set; }

    /// <summary>
    /// Whether the run was sent its stop signal, or its stop_command was begun: from then on all of its processes are to end.
    /// </summary>
    public bool IsAskedToEnd { get; set; }

    /// <summary>Whether the next signal to the rest of the run is answered by the number and the names of its processes.</summary>
    public bool IsRestToBeTold { get; set; }

    /// <summary>The time from which a main process that the service names is looked at again.</summary>
    public Instant NamesAgainAt { get; set; } = new(0);

    /// <summary>
    /// The real user id that the main process had when it began; null if that was root, which may have changed to another since, or
    /// if it could not be read. A process of another user that claims to belong to this run is not believed.
    /// </summary>
    public uint? User { get; private set; }

    /// <summary>The cgroup of this run alone; null if there is no tree of cgroups.</summary>
    public InstanceCgroup? Cgroup { get; set; }

    /// <summary>The reason why the second stage never became the service, if it reported one.</summary>
    public StartProblem? Problem { get; set; }

    /// <summary>Whether the second stage has applied everything, so that only the program itself can have failed since.</summary>
    public bool IsApplied { get; set; }

    /// <summary>
    /// Whether the file gives the service rlimits of its own: a refusal by these is no shortage of the container.
    /// </summary>
    public bool HasOwnLimits { get; init; }

    /// <summary>Reading end: the second stage's mark and report, or the end of file when it has become the service.</summary>
    public int ExecPipe { get; set; } = -1;

    /// <summary>Whether all descriptors of the run are watched.</summary>
    public bool IsFollowed { get; set; }

    /// <summary>Whether its main process became the service's own program.</summary>
    public bool IsExecuted => ExecPipe < 0 && IsApplied && Problem is null;

    /// <summary>How the main process ended, if its end was reported; else null.</summary>
    public ExitStatus? ToldStatus { get; set; }

    /// <summary>The reason why the run never became its service, if it was reported.</summary>
    public StartProblem? ToldProblem { get; set; }

    /// <summary>Reading end of the pipe that the service finds at its <c>notify_fd</c>.</summary>
    public int NotifyPipe { get; set; } = -1;

    public NotifySocket? NotifySocket { get; set; }

    /// <summary>
    /// The user that the main process was last seen to have; its processes may send notifications; null if not known.
    /// </summary>
    public uint? NotifyUid { get; set; }

    /// <summary>We have given our terminal to this run.</summary>
    public bool HasTerminal { get; set; }

    public ServiceStream? Output { get; set; }

    public ServiceStream? Error { get; set; }

    /// <summary>The ends of the child, which we close once it is spawned.</summary>
    public List<int> ChildsEnds { get; } = [];

    /// <summary>Reads the user of the main process, which has begun and was not collected.</summary>
    public void LearnUser()
    {
        NotifyUid = ProcessTable.UserOf(Pid, out _);
        User = NotifyUid is > 0 and var user ? user : null;
    }

    /// <summary>Another process has taken the place of the main one.</summary>
    public void Follow(in ProcessStat main)
    {
        (Main, HasMain, ToldStatus, ToldProblem, Successor) = (main.Pid, true, null, null, null);
        Foreign = main.Parent == getpid() ? null : new ProcessKey(main.Pid, main.StartTime);
        // The session of a nested run may be that of the run around it, and then tells nothing of either. Zero and less are no session and
        // no group.
        if (IsNested && main.Session != main.Pid)
            (Session, Group) = (-1, 0);
        else if (main is { Session: > 0, Group: > 0 })
            (Session, Group) = (main.Session, main.Group);
    }

    public void MainCollected() => HasMain = false;

    public void CloseChildsEnds()
    {
        foreach (var descriptor in ChildsEnds)
            _ = close(descriptor);
        ChildsEnds.Clear();
    }

    /// <summary>Closes all descriptors and removes the cgroup; the run does not begin.</summary>
    public void Close()
    {
        Cgroup?.Remove();
        ReturnTerminal();
        CloseChildsEnds();
        CloseExecPipe();
        CloseNotifyPipe();
        // The run does not begin, so no process has written to the socket.
        NotifySocket?.End();
        NotifySocket?.Close();
        Output?.Finish();
        Error?.Finish();
    }

    /// <summary>The main process, the leader of the terminal's session, has ended.</summary>
    public void ReturnTerminal()
    {
        if (HasTerminal)
            Terminal.Resume();
        HasTerminal = false;
    }

    public void CloseExecPipe()
    {
        if (ExecPipe >= 0)
            _ = close(ExecPipe);
        ExecPipe = -1;
    }

    public void CloseNotifyPipe()
    {
        if (NotifyPipe >= 0)
            _ = close(NotifyPipe);
        NotifyPipe = -1;
    }
}
