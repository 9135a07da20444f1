using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.KernelText;
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

    /// <summary>The main process: that one, until another takes its place.</summary>
    public int Main { get; private set; }

    /// <summary>The session of the main process, whose number is nobody else's as long as that lives in it.</summary>
    public int Session { get; private set; }

    /// <summary>The process group of the main process, which is all there is to go by without /proc.</summary>
    public int Group { get; private set; }

    /// <summary>Whether the main process has not been collected.</summary>
    public bool HasMain { get; private set; } = true;

    /// <summary>Whether the process that is started is to leave the service in the background and end.</summary>
    public bool IsForking { get; init; }

    /// <summary>Named as the main process (MAINPID=), and not a child of ours yet; null for none.</summary>
    public ProcessStat? Successor { get; set; }

    /// <summary>Whether the main process was taken for being the oldest, and may be followed by the next.</summary>
    public bool IsGuessed { get; set; }

    /// <summary>Whether it was sent its stop signal, or its stop_command was begun: from then on all of it is to end.</summary>
    public bool IsAskedToEnd { get; set; }

    /// <summary>When a main process that it names is looked at again.</summary>
    public Instant NamesAgainAt { get; set; } = new(0);

    /// <summary>
    /// The real user id its main process had when it began; null where that was root, which may have taken another since, and where
    /// it could not be asked. A process of another user that says it is of this run is not believed.
    /// </summary>
    public uint? User { get; private set; }

    /// <summary>Made for this run alone; null where there is no tree of cgroups.</summary>
    public InstanceCgroup? Cgroup { get; set; }

    /// <summary>Why the second stage never became the service, where it said so.</summary>
    public StartProblem? Problem { get; set; }

    /// <summary>Whether the second stage has applied everything, so that only the program itself can have failed since.</summary>
    public bool IsApplied { get; set; }

    /// <summary>Whether the file gives the service rlimits of its own: what these refuse is no shortage of the container.</summary>
    public bool HasOwnLimits { get; init; }

    /// <summary>Reading end: the second stage's mark and last words, or the end of file when it has become the service.</summary>
    public int ExecPipe { get; set; } = -1;

    /// <summary>Whether everything that it has to say is listened to.</summary>
    public bool IsFollowed { get; set; }

    /// <summary>Whether its main process became the service's own program.</summary>
    public bool IsExecuted => ExecPipe < 0 && IsApplied && Problem is null;

    /// <summary>Whether the end of its main process was told, and how it ended.</summary>
    public ExitStatus? ToldStatus { get; set; }

    /// <summary>Why it never became the service, as that was told.</summary>
    public StartProblem? ToldProblem { get; set; }

    /// <summary>Reading end of what the service finds at its <c>notify_fd</c>.</summary>
    public int NotifyPipe { get; set; } = -1;

    public NotifySocket? NotifySocket { get; set; }

    /// <summary>The user its main process was last seen to have, which may write to the notification socket; null for not known.</summary>
    public uint? NotifyUid { get; set; }

    /// <summary>We have let go of our terminal for this run.</summary>
    public bool HasTerminal { get; set; }

    public ServiceStream? Output { get; set; }

    public ServiceStream? Error { get; set; }

    /// <summary>Ours of each pair whose other end the child has; closed once it is spawned.</summary>
    public List<int> ChildsEnds { get; } = [];

    /// <summary>Its main process has begun, and was not collected.</summary>
    public void LearnUser()
    {
        NotifyUid = ProcessTable.UserOf(Pid, out _);
        User = NotifyUid is > 0 and var user ? user : null;
    }

    /// <summary>Another process has taken the place of the main one.</summary>
    public void Follow(in ProcessStat main)
    {
        (Main, HasMain, ToldStatus, ToldProblem, Successor) = (main.Pid, true, null, null, null);
        if (main is { Session: > 0, Group: > 0 })
            (Session, Group) = (main.Session, main.Group);
    }

    public void MainCollected() => HasMain = false;

    public void CloseChildsEnds()
    {
        foreach (var descriptor in ChildsEnds)
            _ = close(descriptor);
        ChildsEnds.Clear();
    }

    /// <summary>Closes everything of ours and removes its cgroup; the run is not going to happen.</summary>
    public void Close()
    {
        Cgroup?.Remove();
        ReturnTerminal();
        CloseChildsEnds();
        CloseExecPipe();
        CloseNotifyPipe();
        // It is not going to happen, so nobody has written to it.
        NotifySocket?.End();
        NotifySocket?.Close();
        Output?.Finish();
        Error?.Finish();
    }

    /// <summary>Its main process, the leader of the terminal's session, is no more.</summary>
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
