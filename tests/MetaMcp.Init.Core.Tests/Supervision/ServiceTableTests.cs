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
                   Start     Skip      Postpone  Resume    Stop      Turn      Reconfigure Restart   Kill      GiveUp
        Waiting    Launching Skipped   !         !         Stopped   !         =           =         Stopped   Failed
        Launching  !         !         !         !         Doomed    !         Doomed      Doomed    Doomed    Doomed
        Doomed     !         !         !         !         =         !         Doomed      =         =         Doomed
        exec       !         !         !         !         Condemned !         Condemned   Condemned Killing   Condemned
        word       !         !         !         !         Condemned !         Condemned   Condemned Killing   Condemned
        toEnd      !         !         !         !         Condemned !         Condemned   Condemned Killing   Condemned
        due        !         !         !         !         Condemned !         Condemned   Condemned Killing   Condemned
        asked      !         !         !         !         Condemned !         Condemned   Condemned Killing   Condemned
        probed     !         !         !         !         Condemned !         Condemned   Condemned Killing   Condemned
        fork       !         !         !         !         Condemned !         Condemned   Condemned Killing   Condemned
        forkDue    !         !         !         !         Leftover  !         Leftover    Leftover  Purging   Leftover
        forkRead   !         !         !         !         Leftover  !         Leftover    Leftover  Purging   Leftover
        late       !         !         !         !         Condemned !         Condemned   Condemned Killing   Condemned
        Ready      !         !         !         !         Condemned !         Condemned   Condemned Killing   =
        beatDue    !         !         !         !         Condemned !         Condemned   Condemned Killing   =
        beatAsked  !         !         !         !         Condemned !         Condemned   Condemned Killing   =
        beatKilled !         !         !         !         Condemned !         Condemned   Condemned Killing   =
        beat       !         !         !         !         Condemned !         Condemned   Condemned Killing   =
        Stopping   !         !         !         !         =         !         Stopping    =         Killing   Stopping
        telling    !         !         !         !         =         !         Stopping    =         Killing   Stopping
        told       !         !         !         !         =         !         told        =         Killing   told
        beside     !         !         !         !         =         !         beside      =         Killing   beside
        Condemned  !         !         !         !         =         Stopping  Condemned   =         Killing   Condemned
        Killing    !         !         !         !         =         !         Killing     =         =         Killing
        Leftover   !         !         !         !         Leftover  Draining  Leftover    =         Purging   Leftover
        Draining   !         !         !         !         Draining  !         Draining    =         Purging   Draining
        Purging    !         !         !         !         Purging   !         Purging     =         Purging   Purging
        Backoff    !         !         Waiting   !         Stopped   !         Waiting     =         Stopped   Failed
        Open       !         !         Waiting   !         Stopped   !         Waiting     =         Stopped   Failed
        Completed  !         !         !         !         =         !         Waiting     =         =         =
        Finished   !         !         !         !         =         !         Waiting     =         =         =
        Failed     !         !         !         !         =         !         Waiting     =         =         =
        Skipped    !         !         !         Waiting   =         !         Waiting     =         =         =
        Stopped    !         !         !         !         =         !         Waiting     =         =         =
        """;

    /// <summary>How its start and its run go.</summary>
    private const string Life = """
                   Spawned   SpawnFailed Executed  Notified  MainNamed MainChanged Exited    ExitedLeft RunEmpty
        Waiting    !         !           !         !         =         =           !         !          !
        Launching  exec      Backoff     =         =         =         =           !         !          !
        Doomed     Killing   Stopped     =         =         =         =           !         !          !
        exec       !         !           asked     =         =         exec        Backoff   Leftover   !
        word       !         !           =         beatDue   =         word        Backoff   Leftover   !
        toEnd      !         !           =         =         =         toEnd       Backoff   Leftover   !
        due        !         !           =         =         =         due         Backoff   Leftover   !
        asked      !         !           =         =         =         asked       Backoff   Leftover   !
        probed     !         !           =         =         =         probed      Backoff   Leftover   !
        fork       !         !           =         =         =         asked       Backoff   Leftover   !
        forkDue    !         !           =         =         =         asked       !         !          Backoff
        forkRead   !         !           =         =         asked     asked       !         !          Backoff
        late       !         !           =         beatDue   =         word        Backoff   Leftover   !
        Ready      !         !           =         =         =         Ready       Backoff   Leftover   !
        beatDue    !         !           =         =         =         beatDue     Backoff   Leftover   !
        beatAsked  !         !           =         =         =         beatAsked   Backoff   Leftover   !
        beatKilled !         !           =         =         =         beatKilled  Backoff   Leftover   !
        beat       !         !           =         =         =         beat        Backoff   Leftover   !
        Stopping   !         !           =         =         =         Stopping    Stopped   Draining   !
        telling    !         !           =         =         =         Stopping    Stopped   Draining   !
        told       !         !           =         =         =         told        Stopped   Draining   !
        beside     !         !           =         =         =         beside      Stopped   Draining   !
        Condemned  !         !           =         =         =         Condemned   Stopped   Leftover   !
        Killing    !         !           =         =         =         Killing     Stopped   Purging    !
        Leftover   !         !           !         !         =         Condemned   !         !          Backoff
        Draining   !         !           !         !         =         Stopping    !         !          Backoff
        Purging    !         !           !         !         =         Killing     !         !          Backoff
        Backoff    !         !           !         !         =         =           !         !          !
        Open       !         !           !         !         =         =           !         !          !
        Completed  !         !           !         !         =         =           !         !          !
        Finished   !         !           !         !         =         =           !         !          !
        Failed     !         !           !         !         =         =           !         !          !
        Skipped    !         !           !         !         =         =           !         !          !
        Stopped    !         !           !         !         =         =           !         !          !
        """;

    /// <summary>Its helpers, its limits, and time.</summary>
    private const string Others = """
                   ProbeSpawned ProbeEnded ProbeNotStarted OverLimit StopCommandSpawned StopCommandEnded DeadlinePassed Said
        Waiting    !            !          !               !         !                  !                !              =
        Launching  !            !          !               !         !                  !                Launching      =
        Doomed     !            !          !               !         !                  !                Doomed         =
        exec       =            =          =               Stopping  !                  !                =              =
        word       =            =          =               Stopping  !                  !                =              =
        toEnd      =            =          =               Stopping  !                  !                =              =
        due        =            =          =               Stopping  !                  !                asked          =
        asked      probed       beatDue    due             Stopping  !                  !                due            =
        probed     =            beatDue    due             Stopping  !                  !                probed         =
        fork       =            =          =               Stopping  !                  !                =              =
        forkDue    =            =          =               Draining  !                  !                asked          =
        forkRead   =            due        due             Draining  !                  !                probed         =
        late       =            =          =               Stopping  !                  !                Condemned      =
        Ready      =            =          =               Stopping  !                  !                !              Ready
        beatDue    =            =          =               Stopping  !                  !                beatAsked      Ready
        beatAsked  beat         beatDue    beatDue         Stopping  !                  !                beatDue        Ready
        beatKilled =            beatDue    beatDue         Stopping  !                  !                Condemned      Ready
        beat       =            beatDue    beatDue         Stopping  !                  !                beatKilled     Ready
        Stopping   =            =          =               =         =                  =                Killing        =
        telling    =            =          =               =         told               Stopping         Killing        =
        told       =            =          =               told      =                  Stopping         beside         =
        beside     =            =          =               =         =                  Stopping         Killing        =
        Condemned  =            =          =               =         !                  !                Condemned      =
        Killing    =            =          =               =         =                  =                Killing        =
        Leftover   =            =          =               =         !                  !                Leftover       =
        Draining   =            =          =               =         =                  =                Purging        =
        Purging    =            =          =               =         =                  =                Purging        =
        Backoff    !            !          !               !         !                  !                Launching      =
        Open       !            !          !               !         !                  !                Launching      =
        Completed  !            !          !               !         !                  !                !              =
        Finished   !            !          !               !         !                  !                !              =
        Failed     !            !          !               !         !                  !                !              =
        Skipped    !            !          !               !         !                  !                !              =
        Stopped    !            !          !               !         !                  !                !              =
        """;

    private static readonly Instant Now = new(1_000_000_000_000);
    private static readonly Run ThisRun = new(7, 70, Now);
    private static readonly Streak Good = new(Now, HasSucceeded: true, 0, default);
    private static readonly Failure Trouble = new("trouble", null);

    private static readonly (string Name, ServiceState State)[] States =
    [
        ("Waiting", new ServiceState.Waiting()),
        ("Launching", new ServiceState.Launching(7, default) { LookAt = Now }),
        ("Doomed", new ServiceState.Doomed(7, new Outcome.AsAsked())),
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
        ("Ready", Ready(new Watch.None())),
        ("beatDue", Ready(new Watch.ProbeDue(Now, Good))),
        ("beatAsked", Ready(new Watch.ProbeLaunching(Now, Good) { AnswerBy = Now })),
        ("beatKilled", Ready(new Watch.ProbeKilled(Now, Now, Good))),
        ("beat", Ready(new Watch.ProbeRunning(71, Now, Now, Good))),
        ("Stopping", new ServiceState.Stopping(ThisRun, default, Now, new Outcome.AsAsked())),
        ("telling", Stopping(new Asking.CommandLaunching())),
        ("told", Stopping(new Asking.CommandRunning(72, Now)) with { KillAt = Now + TimeSpan.FromSeconds(1) }),
        ("beside", Stopping(new Asking.CommandOverdue(72))),
        ("Condemned", new ServiceState.Condemned(ThisRun, default, new Outcome.AsAsked())),
        ("Killing", new ServiceState.Killing(ThisRun, default, new Outcome.AsAsked(), 1, Now)),
        ("Leftover", new ServiceState.Leftover(ThisRun, default, new Outcome.Failing(Trouble))),
        ("Draining", new ServiceState.Draining(ThisRun, default, Now, new Outcome.Failing(Trouble))),
        ("Purging", new ServiceState.Purging(ThisRun, default, new Outcome.Failing(Trouble), 1, Now)),
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
            var padded = cells.Zip(events, (cell, e) => cell.PadRight(Math.Max(9, e.Name.Length)));
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
        Assert.Equal(CasesOf(typeof(Watch)), watches.Select(t => t.Name).Order());
        var askings = States.Select(s => s.State).OfType<ServiceState.Stopping>().Select(s => s.Asking.GetType()).Distinct();
        Assert.Equal(CasesOf(typeof(Asking)), askings.Select(t => t.Name).Order());
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
                new ServiceContext(0, settings, StartRetries: null, NextRun: 8, Dice: 0.5, IsEnding: false), state, happened, Now).State;
        }
        catch (InvalidOperationException bug)
        {
            Assert.StartsWith("bug: ", bug.Message, StringComparison.Ordinal);
            return "!";
        }
        return after == state ? "=" : after switch
        {
            ServiceState.Starting s => NameOf(s.Readiness),
            ServiceState.Stopping { Asking: Asking.CommandRunning } => "told",
            ServiceState.Stopping { Asking: Asking.CommandOverdue } => "beside",
            ServiceState.Ready { Watch: Watch.ProbeDue } => "beatDue",
            ServiceState.Ready { Watch: Watch.ProbeLaunching } => "beatAsked",
            ServiceState.Ready { Watch: Watch.ProbeRunning } => "beat",
            ServiceState.Ready { Watch: Watch.ProbeKilled } => "beatKilled",
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

    private static ServiceState.Stopping Stopping(Asking asking) => new(ThisRun, default, Now, new Outcome.AsAsked()) { Asking = asking };

    private static ServiceState.Ready Ready(Watch watch) => new(ThisRun, default, watch);

    private static ServiceState.Starting Starting(Readiness readiness) => new(ThisRun, default, Instant.Never, readiness);
}
