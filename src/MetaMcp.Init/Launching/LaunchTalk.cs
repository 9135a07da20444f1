using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Sockets;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Launching;

/// <summary>
/// What clients say, made into events for the core; a client that breaks a rule gets one refusal and is cut off.
/// <list type="table">
/// <item><term>Silent</term><description><c>launch</c> → Asked, within five seconds.</description></item>
/// <item><term>Asked</term><description>the core answers.</description></item>
/// <item><term>Granted</term><description><c>place</c> → Named, within ten seconds.</description></item>
/// <item><term>Named</term><description>the core and the kernel answer.</description></item>
/// <item><term>Placed</term><description><c>started</c> and <c>exited</c> once; <c>idle</c> when it changes.</description></item>
/// <item><term>any but Silent</term><description><c>closed</c> once, which is told when the launch is placed.</description></item>
/// </list>
/// </summary>
/// <param name="links">The descriptors.</param>
/// <param name="checks">Asks the kernel about the client's processes.</param>
/// <param name="complaints">Tells the operator of clients that were turned away.</param>
/// <param name="tell">Takes the events.</param>
/// <param name="drop">Lets go of a launch that the core has not heard of.</param>
/// <param name="handOver">Takes a client that asks something else.</param>
internal sealed class LaunchTalk(
    LaunchLinks links, LaunchChecks checks, LaunchComplaints complaints, Action<SystemEvent> tell, Action<LaunchConnection> drop,
    ClientHandOver handOver)
{
    private static readonly TimeSpan ToAsk = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ToName = TimeSpan.FromSeconds(10);

    /// <summary>After a frame that a running server may send often.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>A client has connected.</summary>
    public void Begin(LaunchConnection launch)
    {
        launch.Due = MonotonicClock.Now + ToAsk;
        if (LaunchChecks.Pin(launch) is { } refusal)
        {
            Refuse(launch, refusal);
            return;
        }
        launch.Ready = () => Ready(launch);
        links.Watch(launch);
    }

    public static void Granted(LaunchConnection launch)
    {
        launch.Step = LaunchStep.Granted;
        launch.Due = launch.Descriptor < 0 ? Instant.Never : MonotonicClock.Now + ToName;
    }

    /// <summary>The process is in its place.</summary>
    public void Placed(LaunchConnection launch)
    {
        Tell(launch, new LaunchEvent.Placed(launch.Main));
        launch.Step = LaunchStep.Placed;
        if (launch.IsClosed)
            Tell(launch, new LaunchEvent.Closed());
    }

    /// <summary>A deadline of the launch has passed.</summary>
    public void Expire(LaunchConnection launch)
    {
        if (launch.IsPaused)
        {
            (launch.IsPaused, launch.Due) = (false, Instant.Never);
            links.Watch(launch);
        }
        else
            Break(launch, launch.Step == LaunchStep.Silent
                ? $"no request has come within {ToAsk.TotalSeconds} s" : $"no process was named within {ToName.TotalSeconds} s");
    }

    /// <summary>The connection is over. The event is told first: if memory ends, the end is seen again.</summary>
    public void Lose(LaunchConnection launch)
    {
        if (launch.Descriptor < 0)
            return;
        if (launch.Step == LaunchStep.Silent)
        {
            drop(launch);
            return;
        }
        Tell(launch, new LaunchEvent.Disconnected());
        links.Disconnect(launch);
    }

    public void Send(LaunchConnection launch, InitFrame frame) => Send(launch, LaunchFrames.Encode(frame));

    public void Send(LaunchConnection launch, byte[] line)
    {
        if (!links.Send(launch, line))
            Lose(launch);
    }

    private bool Ready(LaunchConnection launch)
    {
        if (launch.Descriptor < 0)
            return false;
        if (launch.Output.IsBlocked && !launch.Output.Continue(launch.Descriptor))
        {
            Lose(launch);
            return false;
        }
        links.Watch(launch);
        if (launch.IsPaused)
            return false;
        Span<byte> room = stackalloc byte[LineInput.Most];
        switch (launch.Input.Take(launch.Descriptor, room, out var length))
        {
            case LineResult.Line:
                Take(launch, room[..length]);
                return true;
            case LineResult.Part:
                return true;
            case LineResult.Ended:
                Lose(launch);
                return false;
            case LineResult.Descriptors:
                Break(launch, "descriptors came with its line");
                return false;
            case LineResult.TooLong:
                Break(launch, $"its line is longer than {LineInput.Most} bytes");
                return false;
            default:
                return false;
        }
    }

    private void Take(LaunchConnection launch, ReadOnlySpan<byte> line)
    {
        switch (launch.Step, LaunchFrames.ReadClient(line, out var problem))
        {
            case (LaunchStep.Silent, null) when IsHandedOver(launch, line):
                break;
            case (_, null):
                Break(launch, problem);
                break;
            case (LaunchStep.Silent, ClientFrame.Launch asked):
                Ask(launch, asked);
                break;
            case (LaunchStep.Granted, ClientFrame.Place place):
                Name(launch, place);
                break;
            case (not LaunchStep.Silent, ClientFrame.Closed) when !launch.IsClosed:
                if (launch.Step == LaunchStep.Placed)
                    Tell(launch, new LaunchEvent.Closed());
                launch.IsClosed = true;
                break;
            case (LaunchStep.Placed, ClientFrame.Started) when !launch.IsStarted:
                Tell(launch, new LaunchEvent.Started());
                launch.IsStarted = true;
                break;
            case (LaunchStep.Placed, ClientFrame.Exited exited) when !launch.IsExited:
                Tell(launch, new LaunchEvent.Exited(exited.Status, exited.IsAsked));
                launch.IsExited = true;
                break;
            case (LaunchStep.Placed, ClientFrame.Idle(var isIdle)) when launch.IsIdle != isIdle:
                Tell(launch, new LaunchEvent.Idle(isIdle));
                launch.IsIdle = isIdle;
                Rest(launch);
                break;
            default:
                Break(launch, "its line does not fit the state of the launch");
                break;
        }
    }

    /// <summary>Once its connection is another part's, nothing is left of it here, whatever becomes of it there.</summary>
    private bool IsHandedOver(LaunchConnection launch, ReadOnlySpan<byte> line)
    {
        try
        {
            return handOver(launch, line);
        }
        finally
        {
            if (launch.Descriptor < 0)
                drop(launch);
        }
    }

    /// <summary>This frame alone may come again and again.</summary>
    private void Rest(LaunchConnection launch)
    {
        (launch.IsPaused, launch.Due) = (true, MonotonicClock.Now + Pause);
        links.Watch(launch);
    }

    private void Ask(LaunchConnection launch, ClientFrame.Launch asked)
    {
        if (checks.Identify(launch, asked, out var request) is { } refusal)
        {
            Refuse(launch, refusal);
            return;
        }
        launch.ClientRun = request!.Run;
        Tell(launch, new LaunchEvent.Asked(request));
        (launch.Step, launch.Due) = (LaunchStep.Asked, Instant.Never);
        FollowEnd(launch, launch.ShimDescriptor, new LaunchEvent.ShimEnded());
        FollowEnd(launch, launch.ClientDescriptor, new LaunchEvent.ClientEnded());
    }

    private void FollowEnd(LaunchConnection launch, int descriptor, LaunchEvent ended)
    {
        if (descriptor >= 0)
            links.WatchEnd(descriptor, () =>
            {
                Tell(launch, ended);
                links.Unwatch(descriptor);
            });
    }

    /// <summary>The ends of processes are told again, since the event of one may have been lost for want of memory.</summary>
    public void TellEnds(LaunchConnection launch)
    {
        if (launch.Step == LaunchStep.Silent)
            return;
        if (PinnedProcess.HasEnded(launch.ShimDescriptor))
            Tell(launch, new LaunchEvent.ShimEnded());
        if (PinnedProcess.HasEnded(launch.ClientDescriptor))
            Tell(launch, new LaunchEvent.ClientEnded());
    }

    /// <summary>A client that has said nothing makes room for one of another user.</summary>
    public void TurnOut(LaunchConnection silent)
    {
        const string reason = "it has said nothing, and a client of another user needs its place";
        complaints.Add(silent.Peer.pid, silent.Peer.uid, reason, MonotonicClock.Now);
        _ = links.Send(silent, RefusedFor(RefusalCode.Shortage, reason));
        drop(silent);
    }

    private void Name(LaunchConnection launch, ClientFrame.Place place)
    {
        if (checks.Name(launch, place.Pid, out var error) is { } problem)
            Break(launch, problem);
        else if (!error.IsSuccess)
            Tell(launch, new LaunchEvent.NotPlaced($"pidfd_open: {error}", error.MayPass));
        else
        {
            Tell(launch, new LaunchEvent.Named(launch.Main, place.Unwrapping));
            (launch.Step, launch.Due) = (LaunchStep.Named, Instant.Never);
        }
    }

    /// <summary>The client has broken a rule.</summary>
    private void Break(LaunchConnection launch, string reason)
    {
        complaints.Add(launch.Peer.pid, launch.Peer.uid, reason, MonotonicClock.Now);
        _ = links.Send(launch, RefusedFor(RefusalCode.Invalid, reason));
        Lose(launch);
    }

    /// <summary>The core does not hear of this client.</summary>
    private void Refuse(LaunchConnection launch, LaunchRefusal refusal)
    {
        if (refusal.Reason is { } reason)
        {
            complaints.Add(launch.Peer.pid, launch.Peer.uid, reason, MonotonicClock.Now);
            _ = links.Send(launch, RefusedFor(refusal.Code, reason));
        }
        drop(launch);
    }

    private static InitFrame.Refused RefusedFor(RefusalCode code, string reason) =>
        new(code, $"mcp-init refuses the launch: {reason}.", []);

    private void Tell(LaunchConnection launch, LaunchEvent happened) => tell(new SystemEvent.Launch(launch.Id, happened));
}
