using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Notifying;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>
/// Every pair of the state of a run and an event: the next state, "=" if nothing changes, "!" if the pair is impossible. <c>Starting</c>
/// has a row for each readiness, exec to late, and <c>Stopping</c> a row for each way of asking.
/// </summary>
public sealed class RunTableTests
{
    /// <summary>Requests to a run, and the events of its start.</summary>
    private const string Orders = """
                   Stop       Turn       Kill       Spawned    SpawnFailed Executed
        Spawning   cancelled  !          cancelled  exec       failing     =
        cancelled  =          !          =          Killing    asAsked     =
        exec       awaiting   !          Killing    !          !           asked
        word       awaiting   !          Killing    !          !           =
        toEnd      awaiting   !          Killing    !          !           =
        due        awaiting   !          Killing    !          !           =
        asked      awaiting   !          Killing    !          !           =
        probed     awaiting   !          Killing    !          !           =
        fork       awaiting   !          Killing    !          !           =
        forkDue    othersWait !          othersKill !          !           =
        forkRead   othersWait !          othersKill !          !           =
        late       awaiting   !          Killing    !          !           =
        Ready      awaiting   !          Killing    !          !           =
        beatDue    awaiting   !          Killing    !          !           =
        beatAsked  awaiting   !          Killing    !          !           =
        beatKilled awaiting   !          Killing    !          !           =
        beat       awaiting   !          Killing    !          !           =
        Stopping   =          !          Killing    !          !           =
        telling    =          !          Killing    !          !           =
        told       =          !          Killing    !          !           =
        beside     =          !          Killing    !          !           =
        awaiting   =          Stopping   Killing    !          !           =
        Killing    =          !          =          !          !           =
        othersWait othersWait othersStop othersKill !          !           !
        othersStop othersStop !          othersKill !          !           !
        othersKill othersKill !          othersKill !          !           !
        Over       !          !          !          !          !           !
        """;

    /// <summary>The events of its life and its end.</summary>
    private const string Life = """
                   Notified   MainNamed  MainChanged Exited     ExitedLeft MainEnded  RunEmpty
        Spawning   =          =          =           !          !          !          !
        cancelled  =          =          =           !          !          !          !
        exec       =          =          exec        failing    othersWait !          !
        word       beatDue    =          word        failing    othersWait !          !
        toEnd      =          =          toEnd       failing    othersWait !          !
        due        =          =          due         failing    othersWait !          !
        asked      =          =          asked       failing    othersWait !          !
        probed     =          =          probed      failing    othersWait !          !
        fork       =          =          asked       failing    othersWait !          !
        forkDue    =          =          asked       !          !          !          failing
        forkRead   =          asked      asked       !          !          !          failing
        late       beatDue    =          word        failing    othersWait !          !
        Ready      =          =          Ready       failing    othersWait !          !
        beatDue    =          =          beatDue     failing    othersWait !          !
        beatAsked  =          =          beatAsked   failing    othersWait !          !
        beatKilled =          =          beatKilled  failing    othersWait !          !
        beat       =          =          beat        failing    othersWait !          !
        Stopping   =          =          Stopping    asAsked    othersStop !          !
        telling    =          =          Stopping    asAsked    othersStop !          !
        told       =          =          told        asAsked    othersStop !          !
        beside     =          =          beside      asAsked    othersStop !          !
        awaiting   =          =          awaiting    asAsked    othersWait !          !
        Killing    =          =          Killing     asAsked    othersKill !          !
        othersWait !          =          awaiting    !          !          !          failing
        othersStop !          =          Stopping    !          !          !          failing
        othersKill !          =          Killing     !          !          !          failing
        Over       !          !          !           !          !          !          !
        """;

    /// <summary>The events of its helpers, its limits, and time.</summary>
    private const string Others = """
                   ProbeSpawned ProbeEnded ProbeNotStarted OverLimit  StopCommandSpawned StopCommandEnded DeadlinePassed Said
        Spawning   !            !          !               !          !                  !                Spawning       =
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
        Over       !            !          !               !          !                  !                !              !
        """;

    private static readonly Instant Now = new(1_000_000_000_000);
    private static readonly Run ThisRun = new(7, 70, Now);
    private static readonly Streak Good = new(Now, HasSucceeded: true, 0, default);
    private static readonly Failure Trouble = new("trouble", null);

    private static readonly (string Name, RunState State)[] States =
    [
        ("Spawning", new RunState.Spawning(7) { LookAt = Now }),
        ("cancelled", new RunState.CancelledSpawn(7, new Outcome.AsAsked())),
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
        ("Stopping", new RunState.Stopping(ThisRun, Now, new Outcome.AsAsked())),
        ("telling", Stopping(new StopProgress.CommandLaunching())),
        ("told", Stopping(new StopProgress.CommandRunning(72, Now)) with { KillAt = Now + TimeSpan.FromSeconds(1) }),
        ("beside", Stopping(new StopProgress.CommandOverdue(72))),
        ("awaiting", new RunState.AwaitingStop(ThisRun, new Outcome.AsAsked())),
        ("Killing", new RunState.Killing(ThisRun, new Outcome.AsAsked(), 1, Now)),
        ("othersWait", new RunState.OthersWaiting(ThisRun, new Outcome.Failing(Trouble))),
        ("othersStop", new RunState.OthersStopping(ThisRun, Now, new Outcome.Failing(Trouble))),
        ("othersKill", new RunState.OthersKilling(ThisRun, new Outcome.Failing(Trouble), 1, Now)),
        ("Over", new RunState.Over(7, new Outcome.AsAsked())),
    ];

    private static readonly (string Name, RunEvent Event)[] Events =
    [
        ("Stop", new RunEvent.Stop(new Outcome.AsAsked())),
        ("Turn", new RunEvent.Turn()),
        ("Kill", new RunEvent.Kill()),
        ("Spawned", new RunEvent.Spawned(70)),
        ("SpawnFailed", new RunEvent.SpawnFailed("no", 111)),
        ("Executed", new RunEvent.Executed()),
        ("Notified", new RunEvent.Notified()),
        ("MainNamed", new RunEvent.MainNamed(73)),
        ("MainChanged", new RunEvent.MainChanged(73)),
        ("Exited", new RunEvent.Exited(ExitStatus.Exited(1), null, OthersLeft: false)),
        ("ExitedLeft", new RunEvent.Exited(ExitStatus.Exited(1), null, OthersLeft: true)),
        ("MainEnded", new RunEvent.MainEnded(OthersLeft: false)),
        ("RunEmpty", new RunEvent.RunEmpty()),
        ("ProbeSpawned", new RunEvent.ProbeSpawned(71)),
        ("ProbeEnded", new RunEvent.ProbeEnded(null)),
        ("ProbeNotStarted", new RunEvent.ProbeNotStarted()),
        ("OverLimit", new RunEvent.OverLimit("over")),
        ("StopCommandSpawned", new RunEvent.StopCommandSpawned(72)),
        ("StopCommandEnded", new RunEvent.StopCommandEnded(ExitStatus.Exited(0))),
        ("DeadlinePassed", new RunEvent.DeadlinePassed()),
        ("Said", new RunEvent.Said(NotifyMessage.Read("STOPPING=1"u8))),
    ];

    [Fact]
    public void Every_pair_leads_where_the_table_says()
    {
        Assert.Equal(Orders, EventTable.Of(States, Events[..6], Cell));
        Assert.Equal(Life, EventTable.Of(States, Events[6..13], Cell));
        Assert.Equal(Others, EventTable.Of(States, Events[13..], Cell));
    }

    [Fact]
    public void No_case_is_left_out_of_the_table()
    {
        EventTable.HasAllCases(States.Select(s => s.State));
        EventTable.HasAllCases(Events.Select(e => e.Event));
        EventTable.HasAllCases(States.Select(s => s.State).OfType<RunState.Starting>().Select(s => s.Readiness));
        EventTable.HasAllCases(States.Select(s => s.State).OfType<RunState.Ready>().Select(s => s.Watch));
        EventTable.HasAllCases(States.Select(s => s.State).OfType<RunState.Stopping>().Select(s => s.Progress));
    }

    /// <summary>Its end comes without a status, in every state; nothing says that it had done its work.</summary>
    [Fact]
    public void The_end_of_a_main_process_that_is_not_our_child_is_that_of_one_which_failed()
    {
        var foreign = ThisRun with { ForeignStart = 900 };
        var compared = 0;
        foreach (var (name, state) in States)
        {
            RunState other = state switch
            {
                RunState.Starting s => s with { Run = foreign },
                RunState.Ready s => s with { Run = foreign },
                EndingState s => s with { Run = foreign },
                _ => state,
            };
            foreach (var isLeft in (bool[])[false, true])
            {
                var expected = Cell(state, new RunEvent.Exited(ExitStatus.Exited(1), null, isLeft));
                Assert.Equal((name, expected), (name, Cell(other, new RunEvent.MainEnded(isLeft))));
                compared += expected == "!" ? 0 : 1;
            }
        }
        Assert.Equal(38, compared);
    }

    /// <summary>The next state; "=" for the same state, "!" for an impossible pair. Any other exception fails the test.</summary>
    private static string Cell(RunState state, RunEvent happened)
    {
        var settings = Daemon("a")
            .Probed() with { Ready = state is RunState.Starting { Readiness: Readiness.AwaitingNotification }
            ? ReadyRule.NotifyFd : ReadyRule.Probe };
        RunState after;
        try
        {
            after = RunMachine.Step(new RunContext(settings, NextRun: 8, Jitter: 0.5, IsEnding: false), state, happened, Now).State;
        }
        catch (InvalidOperationException bug)
        {
            Assert.StartsWith("bug: ", bug.Message, StringComparison.Ordinal);
            return "!";
        }
        return after == state ? "=" : after switch
        {
            RunState.Starting s => NameOf(s.Readiness),
            RunState.Stopping { Progress: StopProgress.CommandRunning } => "told",
            RunState.Stopping { Progress: StopProgress.CommandOverdue } => "beside",
            RunState.Ready { Watch: HealthWatch.ProbeDue } => "beatDue",
            RunState.Ready { Watch: HealthWatch.ProbeLaunching } => "beatAsked",
            RunState.Ready { Watch: HealthWatch.ProbeRunning } => "beat",
            RunState.Ready { Watch: HealthWatch.ProbeKilled } => "beatKilled",
            RunState.AwaitingStop => "awaiting",
            RunState.CancelledSpawn => "cancelled",
            RunState.OthersWaiting => "othersWait",
            RunState.OthersStopping => "othersStop",
            RunState.OthersKilling => "othersKill",
            RunState.Over { Outcome: Outcome.Failing } => "failing",
            RunState.Over { Outcome: Outcome.AsAsked } => "asAsked",
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

    private static RunState.Stopping Stopping(StopProgress progress) =>
        new(ThisRun, Now, new Outcome.AsAsked()) { Progress = progress };

    private static RunState.Ready Ready(HealthWatch watch) => new(ThisRun, watch);

    private static RunState.Starting Starting(Readiness readiness) => new(ThisRun, Instant.Never, readiness);
}
