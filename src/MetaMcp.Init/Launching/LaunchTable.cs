using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Sockets;

namespace MetaMcp.Init.Launching;

/// <summary>
/// Every launch by its number, from the connection of its shim until the core says that nothing of it is left; performs the core's
/// decisions on it.
/// </summary>
internal sealed class LaunchTable
{
    private readonly Dictionary<long, LaunchConnection> _all = [];

    /// <summary>Launches that were let go of while a child was moving their process: the cgroup goes when that child has.</summary>
    private readonly Dictionary<long, LaunchConnection> _leaving = [];

    private readonly ClientDeadlines _deadlines = new();
    private readonly List<LaunchConnection> _some = [];
    private readonly Action<SystemEvent> _tell;
    private readonly LaunchedRuns _runs;
    private readonly Placements _placements;
    private readonly LaunchComplaints _complaints;
    private readonly LaunchLinks _links;
    private readonly LaunchTalk _talk;
    private readonly LaunchDoor? _door;

    /// <param name="setup">The socket, and what launches need to know.</param>
    /// <param name="parts">The parts of PID 1 that launches use.</param>
    public LaunchTable(LaunchSetup setup, in LaunchParts parts)
    {
        _tell = parts.Tell;
        _runs = new LaunchedRuns(parts.Runs, parts.Memory, setup.Cookie, setup.Tree);
        _placements = new Placements(parts.NullDescriptor, parts.Helpers, Answer, _runs.MoveBack);
        _complaints = new LaunchComplaints(setup.Complain);
        _links = new LaunchLinks(parts.Watch, parts.Disposal);
        var checks = new LaunchChecks(parts.Runs, new LaunchOrigin(parts.Runs, setup.Tree));
        _talk = new LaunchTalk(_links, checks, _complaints, parts.Tell, Drop, parts.HandOver);
        _door = setup.Socket is { } socket
            ? new LaunchDoor(socket, parts.Watch, _all.Values, _deadlines, parts.Disposal, _complaints, Admit, _talk.TurnOut) : null;
    }

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due
    {
        get
        {
            var due = Instant.Earliest(_placements.Due, _complaints.Due, _door?.Due ?? Instant.Never);
            return Instant.Earlier(due, _deadlines.Earliest);
        }
    }

    public void Expire(Instant now)
    {
        _door?.Open(now);
        _placements.Expire(now);
        _complaints.Expire(now);
        _some.Clear();
        _deadlines.AddPassed(now, _some);
        foreach (var launch in _some)
            _talk.Expire(launch);
    }

    /// <summary>A child was collected; true if it was a helper of launches.</summary>
    public bool TakeCollected(int pid, ExitStatus status)
    {
        if (!_placements.TakeCollected(pid, status))
            return false;
        foreach (var (id, launch) in _leaving)
        {
            if (_placements.IsUnderWay(id) || IsOnItsWayBack(launch))
                continue;
            // Neither a child that the process has made meanwhile nor one without a way back stays there.
            if (launch.Cgroup is { IsPopulated: true } left)
                left.Signal(Signal.Kill);
            launch.Cgroup?.Remove();
            // .NET Core 3.0 and later allow to remove during the enumeration.
            _ = _leaving.Remove(id);
        }
        return true;
    }

    /// <summary>With each comparison of all beliefs with the kernel.</summary>
    public void TellEnds()
    {
        foreach (var launch in _all.Values)
            _talk.TellEnds(launch);
    }

    public void Perform(Effect effect)
    {
        switch (effect)
        {
            case Effect.GrantLaunch granted:
                Grant(granted);
                break;
            case Effect.PlaceLaunch(var id, var run, var main):
                Place(id, run, main);
                break;
            case Effect.GoLaunch(var id) when _all.TryGetValue(id, out var launch):
                _talk.Send(launch, new InitFrame.Go());
                break;
            case Effect.WaitLaunch(var id, var reason) when _all.TryGetValue(id, out var launch):
                _talk.Send(launch, new InitFrame.Waiting(reason));
                break;
            case Effect.TellLaunch(var id, var reason) when _all.TryGetValue(id, out var launch):
                _talk.Send(launch, new InitFrame.Ending(reason));
                break;
            case Effect.RefuseLaunch(var id, var code, var reason, var holders) when _all.TryGetValue(id, out var launch):
                End(launch, new InitFrame.Refused(code, reason, holders));
                break;
            case Effect.EndLaunch(var id, var reason) when _all.TryGetValue(id, out var launch):
                End(launch, new InitFrame.Ended(reason));
                break;
        }
    }

    private void Grant(Effect.GrantLaunch granted)
    {
        var (id, run, server) = granted;
        if (!_all.TryGetValue(id, out var launch))
        {
            NotPlaced(id, "its connection is gone");
            return;
        }
        var line = LaunchFrames.Encode(new InitFrame.Granted(_runs.GrantOf(run, server) with { Hint = granted.Hint }));
        if (line.Length > LaunchFrames.MostToClient)
        {
            NotPlaced(id, "its command and its variables are too long for a launch");
            return;
        }
        launch.Cgroup = _runs.MakeCgroup(run, server, out var problem, out var isShortage);
        if (problem is not null)
        {
            NotPlaced(id, problem, isShortage);
            return;
        }
        (launch.Run, launch.Server) = (run, server);
        LaunchTalk.Granted(launch);
        _talk.Send(launch, line);
        // Behind the answer, so that the client and the child come up at the same time.
        if (launch.Cgroup is { } cgroup)
            _ = _placements.Prepare(id, cgroup.Directory);
    }

    private void Place(long id, long run, ProcessKey main)
    {
        if (!_all.TryGetValue(id, out var launch) || launch.Run != run || launch.Main != main)
            NotPlaced(id, "the process is not the one that was named");
        else if (launch.Cgroup is not { } cgroup)
            Begin(launch);
        else if (_placements.Start(id, cgroup.Directory, main) is { IsSuccess: false } error)
            NotPlaced(id, $"no process could be started to move it: {error}", error.MayPass);
    }

    /// <summary>The child has moved the process, or has not.</summary>
    private void Answer(long id, Errno error)
    {
        if (!_all.TryGetValue(id, out var launch))
            return;
        if (error.IsSuccess)
            Begin(launch);
        else if (error.Number == Errno.ESRCH)
            NotPlaced(id, Ended);
        else
            NotPlaced(id, $"cgroup.procs: {error}", error.MayPass || error.Number == Errno.ETIMEDOUT);
    }

    private const string Ended = "the process has ended before it could be started";

    private void Begin(LaunchConnection launch)
    {
        if (PinnedProcess.HasEnded(MainOf(launch)) || !_runs.Begin(launch.Run, launch.Server!, launch.Main, launch.Cgroup))
        {
            NotPlaced(launch.Id, Ended);
            return;
        }
        // From now on the cgroup is the run's.
        launch.Cgroup = null;
        launch.MainDescriptor = _links.ClosePinned(launch.MainDescriptor);
        _talk.Placed(launch);
    }

    /// <summary>The shim itself, if it is to become the server.</summary>
    private static int MainOf(LaunchConnection launch) => launch.MainDescriptor >= 0 ? launch.MainDescriptor : launch.ShimDescriptor;

    private void Admit(LaunchConnection launch)
    {
        _all.Add(launch.Id, launch);
        _talk.Begin(launch);
    }

    /// <summary>The last word of a launch; a client that does not read it is not waited for.</summary>
    private void End(LaunchConnection launch, InitFrame last)
    {
        _ = _links.Send(launch, last);
        Drop(launch);
    }

    /// <summary>Nothing of the launch is needed any more.</summary>
    private void Drop(LaunchConnection launch)
    {
        _links.Close(launch);
        _ = _all.Remove(launch.Id);
        _placements.Cancel(launch.Id);
        if (launch.Cgroup is null)
            return;
        if (_placements.IsUnderWay(launch.Id))
            _leaving[launch.Id] = launch;
        else
            launch.Cgroup.Remove();
    }

    /// <summary>
    /// The process was moved too late, when the launch was refused already. It goes back to the cgroup of its client: the shim of an
    /// <c>exec</c> has a refusal to tell.
    /// </summary>
    private bool IsOnItsWayBack(LaunchConnection launch)
    {
        if (launch is not { IsReturning: false, Cgroup.IsPopulated: true } || _runs.HomeOf(launch.ClientRun) is not { } home)
            return false;
        launch.IsReturning = true;
        return _placements.Start(launch.Id, home, launch.Main).IsSuccess;
    }

    private void NotPlaced(long id, string reason, bool isShortage = false) =>
        _tell(new SystemEvent.Launch(id, new LaunchEvent.NotPlaced(reason, isShortage)));
}
