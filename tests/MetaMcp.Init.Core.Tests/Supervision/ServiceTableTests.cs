using System.Reflection;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>
/// Every pair of state and event: where it leads, "=" where nothing changes, "!" where it cannot be. <c>Starting</c> stands once
/// for each readiness, exec to late, and <c>Stopping</c> once for each way of asking.
/// </summary>
public sealed class ServiceTableTests
{
    /// <summary>What is asked of a service.</summary>
    private const string Orders = """
                   Start      Skip       Postpone   Resume     Stop       Turn       Reconfigure Restart    Kill       GiveUp
        Waiting    Launching  Skipped    !          !          Stopped    !          =           =          Stopped    Failed
        Launching  !          !          !          !          cancelled  !          cancelled   cancelled  cancelled  cancelled
        cancelled  !          !          !          !          =          !          cancelled   =          =          cancelled
        exec       !          !          !          !          awaiting   !          awaiting    awaiting   Killing    awaiting
        word       !          !          !          !          awaiting   !          awaiting    awaiting   Killing    awaiting
        toEnd      !          !          !          !          awaiting   !          awaiting    awaiting   Killing    awaiting
        due        !          !          !          !          awaiting   !          awaiting    awaiting   Killing    awaiting
        asked      !          !          !          !          awaiting   !          awaiting    awaiting   Killing    awaiting
        probed     !          !          !          !          awaiting   !          awaiting    awaiting   Killing    awaiting
        fork       !          !          !          !          awaiting   !          awaiting    awaiting   Killing    awaiting
        forkDue    !          !          !          !          othersWait !          othersWait  othersWait othersKill othersWait
        forkRead   !          !          !          !          othersWait !          othersWait  othersWait othersKill othersWait
        late       !          !          !          !          awaiting   !          awaiting    awaiting   Killing    awaiting
        Ready      !          !          !          !          awaiting   !          awaiting    awaiting   Killing    =
        beatDue    !          !          !          !          awaiting   !          awaiting    awaiting   Killing    =
        beatAsked  !          !          !          !          awaiting   !          awaiting    awaiting   Killing    =
        beatKilled !          !          !          !          awaiting   !          awaiting    awaiting   Killing    =
        beat       !          !          !          !          awaiting   !          awaiting    awaiting   Killing    =
        Stopping   !          !          !          !          =          !          Stopping    =          Killing    Stopping
        telling    !          !          !          !          =          !          Stopping    =          Killing    Stopping
        told       !          !          !          !          =          !          told        =          Killing    told
        beside     !          !          !          !          =          !          beside      =          Killing    beside
        awaiting   !          !          !          !          =          Stopping   awaiting    =          Killing    awaiting
        Killing    !          !          !          !          =          !          Killing     =          =          Killing
        othersWait !          !          !          !          othersWait othersStop othersWait  =          othersKill othersWait
        othersStop !          !          !          !          othersStop !          othersStop  =          othersKill othersStop
        othersKill !          !          !          !          othersKill !          othersKill  =          othersKill othersKill
        Backoff    !          !          Waiting    !          Stopped    !          Waiting     =          Stopped    Failed
        Open       !          !          Waiting    !          Stopped    !          Waiting     =          Stopped    Failed
        Completed  !          !          !          !          =          !          Waiting     =          =          =
        Finished   !          !          !          !          =          !          Waiting     =          =          =
        Failed     !          !          !          !          =          !          Waiting     =          =          =
        Skipped    !          !          !          Waiting    =          !          Waiting     =          =          =
        Stopped    !          !          !          !          =          !          Waiting     =          =          =
        """;

    /// <summary>How its start and its run go.</summary>
    private const string Life = """
                   Spawned    SpawnFailed Executed   Notified   MainNamed  MainChanged Exited     ExitedLeft RunEmpty
        Waiting    !          !           !          !          =          =           !          !          !
        Launching  exec       Backoff     =          =          =          =           !          !          !
        cancelled  Killing    Stopped     =          =          =          =           !          !          !
        exec       !          !           asked      =          =          exec        Backoff    othersWait !
        word       !          !           =          beatDue    =          word        Backoff    othersWait !
        toEnd      !          !           =          =          =          toEnd       Backoff    othersWait !
        due        !          !           =          =          =          due         Backoff    othersWait !
        asked      !          !           =          =          =          asked       Backoff    othersWait !
        probed     !          !           =          =          =          probed      Backoff    othersWait !
        fork       !          !           =          =          =          asked       Backoff    othersWait !
        forkDue    !          !           =          =          =          asked       !          !          Backoff
        forkRead   !          !           =          =          asked      asked       !          !          Backoff
        late       !          !           =          beatDue    =          word        Backoff    othersWait !
        Ready      !          !           =          =          =          Ready       Backoff    othersWait !
        beatDue    !          !           =          =          =          beatDue     Backoff    othersWait !
        beatAsked  !          !           =          =          =          beatAsked   Backoff    othersWait !
        beatKilled !          !           =          =          =          beatKilled  Backoff    othersWait !
        beat       !          !           =          =          =          beat        Backoff    othersWait !
        Stopping   !          !           =          =          =          Stopping    Stopped    othersStop !
        telling    !          !           =          =          =          Stopping    Stopped    othersStop !
        told       !          !           =          =          =          told        Stopped    othersStop !
        beside     !          !           =          =          =          beside      Stopped    othersStop !
        awaiting   !          !           =          =          =          awaiting    Stopped    othersWait !
        Killing    !          !           =          =          =          Killing     Stopped    othersKill !
        othersWait !          !           !          !          =          awaiting    !          !          Backoff
        othersStop !          !           !          !          =          Stopping    !          !          Backoff
        othersKill !          !           !          !          =          Killing     !          !          Backoff
        Backoff    !          !           !          !          =          =           !          !          !
        Open       !          !           !          !          =          =           !          !          !
        Completed  !          !           !          !          =          =           !          !          !
        Finished   !          !           !          !          =          =           !          !          !
        Failed     !          !           !          !          =          =           !          !          !
        Skipped    !          !           !          !          =          =           !          !          !
        Stopped    !          !           !          !          =          =           !          !          !
        """;

    /// <summary>Its helpers, its limits, and time.</summary>
    private const string Others = """
                   ProbeSpawned ProbeEnded ProbeNotStarted OverLimit  StopCommandSpawned StopCommandEnded DeadlinePassed Said
        Waiting    !            !          !               !          !                  !                !              =
        Launching  !            !          !               !          !                  !                Launching      =
        cancelled  !            !          !               !          !                  !                cancelled      =
        exec       =            =          =               Stopping   !                  !                =              =
        word       =            =          =               Stopping   !                  !                =              =
        toEnd      =            =          =               Stopping   !                  !                =              =
        due        =            =          =               Stopping   !                  !                asked          =
        asked      probed       beatDue    due             Stopping   !                  !                due            =
        probed     =            beatDue    due             Stopping   !                  !                probed         =
        fork       =            =          =               Stopping   !                  !                =              =
        forkDue    =            =          =               othersStop !                  !                asked          =
        forkRead   =            due        due             othersStop !                  !                probed         =
        late       =            =          =               Stopping   !                  !                awaiting       =
        Ready      =            =          =               Stopping   !                  !                !              Ready
        beatDue    =            =          =               Stopping   !                  !                beatAsked      Ready
        beatAsked  beat         beatDue    beatDue         Stopping   !                  !                beatDue        Ready
        beatKilled =            beatDue    beatDue         Stopping   !                  !                awaiting       Ready
        beat       =            beatDue    beatDue         Stopping   !                  !                beatKilled     Ready
        Stopping   =            =          =               =          =                  =                Killing        =
        telling    =            =          =               =          told               Stopping         Killing        =
        told       =            =          =               told       =                  Stopping         beside         =
        beside     =            =          =               =          =                  Stopping         Killing        =
        awaiting   =            =          =               =          !                  !                awaiting       =
        Killing    =            =          =               =          =                  =                Killing        =
        othersWait =            =          =               =          !                  !                othersWait     =
        othersStop =            =          =               =          =                  =                othersKill     =
        othersKill =            =          =               =          =                  =                othersKill     =
        Backoff    !            !          !               !          !                  !                Launching      =
        Open       !            !          !               !          !                  !                Launching      =
        Completed  !            !          !               !          !                  !                !              =
        Finished   !            !          !               !          !                  !                !              =
        Failed     !            !          !               !          !                  !                !              =
        Skipped    !            !          !               !          !                  !                !              =
        Stopped    !            !          !               !          !                  !                !              =
        """;

    private static readonly Instant Now = new(1_000_000_000_000);
    private static readonly Run ThisRun = new(7, 70, Now);
    private static readonly Streak Good = new(Now, HasSucceeded: true, 0, default);
    private static readonly Failure Trouble = new("trouble", null);

    private static readonly (string Name, ServiceState State)[] States =
    [
        ("Waiting", new ServiceState.Waiting()),
        ("Launching", new ServiceState.Launching(7, default) { LookAt = Now }),
        ("cancelled", new ServiceState.CancelledLaunch(7, new Outcome.AsAsked())),
        ("exec", Starting(new Readiness.AwaitingExec())),
        ("word", Starting(new Readiness.AwaitingNotification())),
        ("toEnd", Starting(new Readiness.RunningToEnd())),
        ("due", Starting(new Readiness.ProbeDue(Now, 1))),
        ("asked", Starting(new Readiness.ProbeLaunching(1) { AnswerBy = Now })),
        ("probed", Starting(new Readiness.ProbeRunning(71, Now, 1))),
        ("fork", Starting(new Readiness.AwaitingFork())),
        ("forkDue", Starting(new Readiness.ProbeDue(Now, 1)) with { IsForked = true }),
        ("forkRead", Starting(new Readiness.ProbeRunning(71, Now, 1)) with { IsForked = true }),
        ("late", Starting(new Readiness.AwaitingNotification()) with { ReadyBy = Now }),
        ("Ready", Ready(new HealthWatch.None())),
        ("beatDue", Ready(new HealthWatch.ProbeDue(Now, Good))),
        ("beatAsked", Ready(new HealthWatch.ProbeLaunching(Now, Good) { AnswerBy = Now })),
        ("beatKilled", Ready(new HealthWatch.ProbeKilled(Now, Now, Good))),
        ("beat", Ready(new HealthWatch.ProbeRunning(71, Now, Now, Good))),
        ("Stopping", new ServiceState.Stopping(ThisRun, default, Now, new Outcome.AsAsked())),
        ("telling", Stopping(new StopProgress.CommandLaunching())),
        ("told", Stopping(new StopProgress.CommandRunning(72, Now)) with { KillAt = Now + TimeSpan.FromSeconds(1) }),
        ("beside", Stopping(new StopProgress.CommandOverdue(72))),
        ("awaiting", new ServiceState.AwaitingStop(ThisRun, default, new Outcome.AsAsked())),
        ("Killing", new ServiceState.Killing(ThisRun, default, new Outcome.AsAsked(), 1, Now)),
        ("othersWait", new ServiceState.OthersWaiting(ThisRun, default, new Outcome.Failing(Trouble))),
        ("othersStop", new ServiceState.OthersStopping(ThisRun, default, Now, new Outcome.Failing(Trouble))),
        ("othersKill", new ServiceState.OthersKilling(ThisRun, default, new Outcome.Failing(Trouble), 1, Now)),
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
        ("Turn", new ServiceEvent.Turn()),
        ("Reconfigure", new ServiceEvent.Reconfigure()),
        ("Restart", new ServiceEvent.Restart("b")),
        ("Kill", new ServiceEvent.Kill()),
        ("GiveUp", new ServiceEvent.GiveUp("late")),
        ("Spawned", new ServiceEvent.Spawned(70)),
        ("SpawnFailed", new ServiceEvent.SpawnFailed("no", 111)),
        ("Executed", new ServiceEvent.Executed()),
        ("Notified", new ServiceEvent.Notified()),
        ("MainNamed", new ServiceEvent.MainNamed(73)),
        ("MainChanged", new ServiceEvent.MainChanged(73)),
        ("Exited", new ServiceEvent.Exited(ExitStatus.Exited(1), null, OthersLeft: false)),
        ("ExitedLeft", new ServiceEvent.Exited(ExitStatus.Exited(1), null, OthersLeft: true)),
        ("RunEmpty", new ServiceEvent.RunEmpty()),
        ("ProbeSpawned", new ServiceEvent.ProbeSpawned(71)),
        ("ProbeEnded", new ServiceEvent.ProbeEnded(null)),
        ("ProbeNotStarted", new ServiceEvent.ProbeNotStarted()),
        ("OverLimit", new ServiceEvent.OverLimit("over")),
        ("StopCommandSpawned", new ServiceEvent.StopCommandSpawned(72)),
        ("StopCommandEnded", new ServiceEvent.StopCommandEnded(ExitStatus.Exited(0))),
        ("DeadlinePassed", new ServiceEvent.DeadlinePassed()),
        ("Said", new ServiceEvent.Said(NotifyMessage.Read("STOPPING=1"u8))),
    ];

    [Fact]
    public void Every_pair_leads_where_the_table_says()
    {
        Assert.Equal(Orders, TableOf(Events[..10]));
        Assert.Equal(Life, TableOf(Events[10..19]));
        Assert.Equal(Others, TableOf(Events[19..]));
    }

    private static string TableOf(IReadOnlyList<(string Name, ServiceEvent Event)> events)
    {
        string Row(string name, IEnumerable<string> cells)
        {
            var padded = cells.Zip(events, (cell, e) => cell.PadRight(Math.Max(10, e.Name.Length)));
            return string.Join(' ', padded.Prepend(name.PadRight(10))).TrimEnd();
        }
        var rows = States.Select(s => Row(s.Name, events.Select(e => Cell(s.State, e.Event))));
        return string.Join('\n', rows.Prepend(Row("", events.Select(e => e.Name))));
    }

    [Fact]
    public void No_case_is_left_out_of_the_table()
    {
        Assert.Equal(CasesOf(typeof(ServiceState)), States.Select(s => s.State.GetType()).Distinct().Select(t => t.Name).Order());
        Assert.Equal(CasesOf(typeof(ServiceEvent)), Events.Select(e => e.Event.GetType()).Distinct().Select(t => t.Name).Order());
        var readiness = States.Select(s => s.State).OfType<ServiceState.Starting>().Select(s => s.Readiness.GetType()).Distinct();
        Assert.Equal(CasesOf(typeof(Readiness)), readiness.Select(t => t.Name).Order());
        var watches = States.Select(s => s.State).OfType<ServiceState.Ready>().Select(s => s.Watch.GetType()).Distinct();
        Assert.Equal(CasesOf(typeof(HealthWatch)), watches.Select(t => t.Name).Order());
        var progress = States.Select(s => s.State).OfType<ServiceState.Stopping>().Select(s => s.Progress.GetType()).Distinct();
        Assert.Equal(CasesOf(typeof(StopProgress)), progress.Select(t => t.Name).Order());
    }

    private static IEnumerable<string> CasesOf(Type sum) =>
        sum.GetNestedTypes(BindingFlags.Public).Where(t => t.IsSubclassOf(sum)).Select(t => t.Name).Order();

    /// <summary>The state after it, "=" for the same, "!" for what cannot be. Any other exception fails the test.</summary>
    private static string Cell(ServiceState state, ServiceEvent happened)
    {
        var settings = Daemon("a")
            .Probed() with { Ready = state is ServiceState.Starting { Readiness: Readiness.AwaitingNotification }
            ? ReadyRule.NotifyFd : ReadyRule.Probe };
        ServiceState after;
        try
        {
            after = ServiceMachine.Step(
                new ServiceContext(0, settings, StartRetries: null, NextRun: 8, Jitter: 0.5, IsEnding: false), state, happened, Now).State;
        }
        catch (InvalidOperationException bug)
        {
            Assert.StartsWith("bug: ", bug.Message, StringComparison.Ordinal);
            return "!";
        }
        return after == state ? "=" : after switch
        {
            ServiceState.Starting s => NameOf(s.Readiness),
            ServiceState.Stopping { Progress: StopProgress.CommandRunning } => "told",
            ServiceState.Stopping { Progress: StopProgress.CommandOverdue } => "beside",
            ServiceState.Ready { Watch: HealthWatch.ProbeDue } => "beatDue",
            ServiceState.Ready { Watch: HealthWatch.ProbeLaunching } => "beatAsked",
            ServiceState.Ready { Watch: HealthWatch.ProbeRunning } => "beat",
            ServiceState.Ready { Watch: HealthWatch.ProbeKilled } => "beatKilled",
            ServiceState.AwaitingStop => "awaiting",
            ServiceState.CancelledLaunch => "cancelled",
            ServiceState.OthersWaiting => "othersWait",
            ServiceState.OthersStopping => "othersStop",
            ServiceState.OthersKilling => "othersKill",
            _ => after.GetType().Name,
        };
    }

    private static string NameOf(Readiness readiness) => readiness switch
    {
        Readiness.AwaitingExec => "exec",
        Readiness.AwaitingNotification => "word",
        Readiness.RunningToEnd => "toEnd",
        Readiness.AwaitingFork => "fork",
        Readiness.ProbeDue => "due",
        Readiness.ProbeLaunching => "asked",
        Readiness.ProbeRunning => "probed",
        _ => readiness.ToString(),
    };

    private static ServiceState.Stopping Stopping(StopProgress progress) =>
        new(ThisRun, default, Now, new Outcome.AsAsked()) { Progress = progress };

    private static ServiceState.Ready Ready(HealthWatch watch) => new(ThisRun, default, watch);

    private static ServiceState.Starting Starting(Readiness readiness) => new(ThisRun, default, Instant.Never, readiness);
}
