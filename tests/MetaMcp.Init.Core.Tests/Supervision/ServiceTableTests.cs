using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>
/// Every pair of the state of a service and an event: the next state, "=" if nothing changes, "!" if the pair is impossible. If there is
/// a run, its state stands for that of the service.
/// </summary>
public sealed class ServiceTableTests
{
    /// <summary>Requests to a service.</summary>
    private const string Orders = """
                   Start      Skip       Postpone   Resume     Stop       Reconfigure Restart    Kill
        Waiting    Spawning   Skipped    !          !          Stopped    =           =          Stopped
        Spawning   !          !          !          !          cancelled  cancelled   cancelled  cancelled
        cancelled  !          !          !          !          =          cancelled   =          =
        Starting   !          !          !          !          awaiting   awaiting    awaiting   Killing
        Ready      !          !          !          !          awaiting   awaiting    awaiting   Killing
        trial      !          !          !          !          awaiting   awaiting    awaiting   Killing
        awaiting   !          !          !          !          =          awaiting    =          Killing
        Stopping   !          !          !          !          =          Stopping    =          Killing
        Killing    !          !          !          !          =          Killing     =          =
        othersWait !          !          !          !          othersWait othersWait  =          othersKill
        othersStop !          !          !          !          othersStop othersStop  =          othersKill
        othersKill !          !          !          !          othersKill othersKill  =          othersKill
        Backoff    !          !          Waiting    !          Stopped    Waiting     =          Stopped
        Open       !          !          Waiting    !          Stopped    Waiting     =          Stopped
        Completed  !          !          !          !          =          Waiting     =          =
        Finished   !          !          !          !          =          Waiting     =          =
        Failed     !          !          !          !          =          Waiting     =          =
        Skipped    !          !          !          Waiting    Stopped    Waiting     =          =
        Stopped    !          !          !          !          =          Waiting     =          =
        """;

    /// <summary>The end of the startup, the end of its run, and time.</summary>
    private const string Ends = """
                   GiveUp     RunEmpty   Exited     Deadline
        Waiting    Failed     !          !          !
        Spawning   cancelled  !          !          Spawning
        cancelled  cancelled  !          !          cancelled
        Starting   awaiting   !          Backoff    =
        Ready      =          !          Backoff    !
        trial      =          !          Backoff    Ready
        awaiting   awaiting   !          Stopped    awaiting
        Stopping   Stopping   !          Stopped    Killing
        Killing    Killing    !          Stopped    Killing
        othersWait othersWait Backoff    !          othersWait
        othersStop othersStop Backoff    !          othersKill
        othersKill othersKill Backoff    !          othersKill
        Backoff    Failed     !          !          Spawning
        Open       Failed     !          !          Spawning
        Completed  =          !          !          !
        Finished   =          !          !          !
        Failed     =          !          !          !
        Skipped    =          !          !          !
        Stopped    =          !          !          !
        """;

    private static readonly Instant Now = new(1_000_000_000_000);
    private static readonly Run ThisRun = new(7, 70, Now);
    private static readonly Failure Trouble = new("trouble", null);

    private static readonly (string Name, ServiceState State)[] States =
    [
        ("Waiting", new ServiceState.Waiting()),
        ("Spawning", Active(new RunState.Spawning(7))),
        ("cancelled", Active(new RunState.CancelledSpawn(7, new Outcome.AsAsked()))),
        ("Starting", Active(new RunState.Starting(ThisRun, Instant.Never, new Readiness.AwaitingNotification()))),
        ("Ready", Active(new RunState.Ready(ThisRun, new HealthWatch.None()))),
        ("trial", Active(new RunState.Ready(ThisRun, new HealthWatch.None())) with { ClosesAt = Now }),
        ("awaiting", Active(new RunState.AwaitingStop(ThisRun, new Outcome.AsAsked()))),
        ("Stopping", Active(new RunState.Stopping(ThisRun, Now, new Outcome.AsAsked()))),
        ("Killing", Active(new RunState.Killing(ThisRun, new Outcome.AsAsked(), 1, Now))),
        ("othersWait", Active(new RunState.OthersWaiting(ThisRun, new Outcome.Failing(Trouble)))),
        ("othersStop", Active(new RunState.OthersStopping(ThisRun, Now, new Outcome.Failing(Trouble)))),
        ("othersKill", Active(new RunState.OthersKilling(ThisRun, new Outcome.Failing(Trouble), 1, Now))),
        ("Backoff", new ServiceState.Backoff(Now, default)),
        ("Open", new ServiceState.Open(Now, default)),
        ("Completed", new ServiceState.Completed()),
        ("Finished", new ServiceState.Finished(ExitStatus.Exited(0))),
        ("Failed", new ServiceState.Failed(Trouble)),
        ("Skipped", new ServiceState.Skipped(1, 1)),
        ("Stopped", new ServiceState.Stopped()),
    ];

    private static readonly (string Name, ServiceEvent Event)[] Events =
    [
        ("Start", new ServiceEvent.Start()),
        ("Skip", new ServiceEvent.Skip(1, 1)),
        ("Postpone", new ServiceEvent.Postpone()),
        ("Resume", new ServiceEvent.Resume()),
        ("Stop", new ServiceEvent.Stop()),
        ("Reconfigure", new ServiceEvent.Reconfigure()),
        ("Restart", new ServiceEvent.Restart("b")),
        ("Kill", new ServiceEvent.Kill()),
        ("GiveUp", new ServiceEvent.GiveUp("late")),
        ("RunEmpty", new ServiceEvent.OfRun(new RunEvent.RunEmpty())),
        ("Exited", new ServiceEvent.OfRun(new RunEvent.Exited(ExitStatus.Exited(1), null, OthersLeft: false))),
        ("Deadline", new ServiceEvent.DeadlinePassed()),
    ];

    [Fact]
    public void Every_pair_leads_where_the_table_says()
    {
        Assert.Equal(Orders, EventTable.Of(States, Events[..8], Cell));
        Assert.Equal(Ends, EventTable.Of(States, Events[8..], Cell));
    }

    [Fact]
    public void No_case_is_left_out_of_the_table()
    {
        EventTable.HasAllCases(States.Select(s => s.State));
        EventTable.HasAllCases(Events.Select(e => e.Event));
    }

    /// <summary>The next state; "=" for the same state, "!" for an impossible pair. Any other exception fails the test.</summary>
    private static string Cell(ServiceState state, ServiceEvent happened)
    {
        ServiceState after;
        try
        {
            var run = new RunContext(Daemon("a").ReadyBy(ReadyRule.NotifyFd), NextRun: 8, Jitter: 0.5, IsEnding: false);
            var service = new ServiceContext(run, StartRetries: null);
            // As the driver of the services does it: the run takes its step first.
            after = happened is ServiceEvent.OfRun(var ofRun) && state is ServiceState.Active active
                ? ServiceMachine.Follow(service, active, RunMachine.Step(run, active.Run, ofRun, Now), Now).State
                : ServiceMachine.Step(service, state, happened, Now).State;
        }
        catch (InvalidOperationException bug)
        {
            Assert.StartsWith("bug: ", bug.Message, StringComparison.Ordinal);
            return "!";
        }
        return after == state ? "=" : after switch
        {
            ServiceState.Active { Run: RunState.AwaitingStop } => "awaiting",
            ServiceState.Active { Run: RunState.CancelledSpawn } => "cancelled",
            ServiceState.Active { Run: RunState.OthersWaiting } => "othersWait",
            ServiceState.Active { Run: RunState.OthersStopping } => "othersStop",
            ServiceState.Active { Run: RunState.OthersKilling } => "othersKill",
            ServiceState.Active s => s.Run.GetType().Name,
            _ => after.GetType().Name,
        };
    }

    private static ServiceState.Active Active(RunState run) => new(run, default);
}
