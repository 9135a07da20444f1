using System.Collections.Immutable;
using System.Reflection;
using MetaMcp.Init.Core.PassThrough;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.PassThrough;

public sealed class PassThroughMachineTests
{
    private static readonly Instant Now = new(1_000_000_000_000);
    private static readonly PassThroughOptions Options = new() { Grace = TimeSpan.FromSeconds(5) };
    private static readonly PassThroughState Running = new PassThroughState.Running();
    private static readonly PassThroughState Ending = new PassThroughState.Ending(7, Now);
    private static readonly PassThroughState Killing = new PassThroughState.Killing(7, Now);

    private static readonly PassThroughState Stopped = new PassThroughState.Stopped(Signal.Tstp);

    private const string Table = """
                       Running                   Stopped                   Ending                    Killing
        SIGTERM        Running: SIGTERM          Stopped: SIGTERM          Killing: KILL rest        Killing:
        SIGHUP         Running: SIGHUP           Stopped: SIGHUP           Ending:                   Killing:
        SIGCONT        Running: SIGCONT          Running: resume           Ending:                   Killing:
        SIGTSTP        Stopped: SIGTSTP, suspend Stopped: SIGTSTP, suspend Ending:                   Killing:
        ChildEnded     Ending: TERM rest         Ending: TERM rest         !                         !
        stopped        Stopped: suspend by SIGTSTP Stopped:                  !                         !
        wants terminal Running: resume           Running: resume           !                         !
        ChildContinued Running:                  Running:                  !                         !
        SuspendRefused !                         Running: resume           !                         !
        NoChildrenLeft !                         !                         Ending: exit 7            Killing: exit 7
        DeadlinePassed !                         !                         Killing: KILL rest        Killing: exit 7
        """;

    private static readonly (string Name, PassThroughState State)[] States =
        [("Running", Running), ("Stopped", Stopped), ("Ending", Ending), ("Killing", Killing)];

    private static readonly (string Name, PassThroughEvent Event)[] Events =
    [
        ("SIGTERM", new PassThroughEvent.SignalArrived(Signal.Term)),
        ("SIGHUP", new PassThroughEvent.SignalArrived(Signal.Hup)),
        ("SIGCONT", new PassThroughEvent.SignalArrived(Signal.Cont)),
        ("SIGTSTP", new PassThroughEvent.SignalArrived(Signal.Tstp)),
        ("ChildEnded", new PassThroughEvent.ChildEnded(ExitStatus.Exited(7))),
        ("stopped", new PassThroughEvent.ChildStopped(Signal.Tstp, ForegroundIsOurs: false)),
        ("wants terminal", new PassThroughEvent.ChildStopped(Signal.Ttin, ForegroundIsOurs: true)),
        ("ChildContinued", new PassThroughEvent.ChildContinued()),
        ("SuspendRefused", new PassThroughEvent.SuspendRefused()),
        ("NoChildrenLeft", new PassThroughEvent.NoChildrenLeft()),
        ("DeadlinePassed", new PassThroughEvent.DeadlinePassed()),
    ];

    [Fact]
    public void Every_pair_leads_where_the_table_says()
    {
        static string Row(string name, IEnumerable<string> cells) =>
            string.Join(' ', cells.Select(c => c.PadRight(25)).Prepend(name.PadRight(14))).TrimEnd();
        var rows = Events.Select(e => Row(e.Name, States.Select(s => Cell(s.State, e.Event))));
        Assert.Equal(Table, string.Join('\n', rows.Prepend(Row("", States.Select(s => s.Name)))));
    }

    [Fact]
    public void No_case_is_left_out_of_the_table()
    {
        Assert.Equal(CasesOf(typeof(PassThroughState)), States.Select(s => s.State.GetType().Name).Order());
        Assert.Equal(CasesOf(typeof(PassThroughEvent)), Events.Select(e => e.Event.GetType().Name).Distinct().Order());
    }

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    [InlineData(3)]
    public void Asked_again_while_it_ends_it_kills(int signal)
    {
        var (state, effects) = Step(Ending, new PassThroughEvent.SignalArrived(Signal.FromNumber(signal)));
        Assert.Equal(new PassThroughState.Killing(7, Now + PassThroughMachine.KillPatience), state);
        Assert.Equal([new PassThroughEffect.EndTheRest(Signal.Kill)], effects);
    }

    [Fact]
    public void Processes_left_behind_have_their_grace_from_the_end_of_the_child()
    {
        var (state, effects) = Step(Running, new PassThroughEvent.ChildEnded(ExitStatus.Exited(3)));
        Assert.Equal(new PassThroughState.Ending(3, Now + TimeSpan.FromSeconds(5)), state);
        Assert.Equal([new PassThroughEffect.EndTheRest(Signal.Term)], effects);
    }

    [Fact]
    public void A_child_killed_by_a_signal_gives_128_and_the_signal()
    {
        var (state, _) = Step(Running, new PassThroughEvent.ChildEnded(ExitStatus.KilledBy(Signal.Kill)));
        Assert.Equal(137, state.ExitCode);
    }

    [Theory]
    [InlineData(143, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 4)]
    public void Codes_that_count_as_0_are_0(int code, int exit)
    {
        var options = Options with { TreatedAsSuccess = [143, 3] };
        Assert.Equal(exit, Step(Running, new PassThroughEvent.ChildEnded(ExitStatus.Exited(code)), options).State.ExitCode);
        var status = ExitStatus.KilledBy(Signal.Term);
        Assert.Equal(0, Step(Running, new PassThroughEvent.ChildEnded(status), options).State.ExitCode);
    }

    [Fact]
    public void A_signal_is_rewritten_or_dropped_or_passed_to_the_group()
    {
        var options = Options with { SignalGroup = true, Rewrites = [new(15, 2), new(15, 3), new(1, 0)] };
        Assert.Equal(
            [new PassThroughEffect.Forward(Signal.Quit, Group: true)],
            Step(Running, new PassThroughEvent.SignalArrived(Signal.Term), options).Effects);
        Assert.Empty(Step(Running, new PassThroughEvent.SignalArrived(Signal.Hup), options).Effects);
        Assert.Equal(
            [new PassThroughEffect.Forward(Signal.Int, Group: true)],
            Step(Running, new PassThroughEvent.SignalArrived(Signal.Int), options).Effects);
    }

    [Theory]
    [InlineData(20, 20, true)]
    [InlineData(21, 21, true)]
    [InlineData(22, 22, true)]
    [InlineData(19, 20, false)]
    public void With_the_child_stops_what_a_shell_would_see_stopped(int by, int with, bool group) => Assert.Equal(
        [new PassThroughEffect.Suspend(Signal.FromNumber(with), group)],
        Step(Running, new PassThroughEvent.ChildStopped(Signal.FromNumber(by), ForegroundIsOurs: false)).Effects);

    [Fact]
    public void Only_for_the_terminal_is_it_resumed_when_the_foreground_is_ours() => Assert.Equal(
        [new PassThroughEffect.Suspend(Signal.Tstp, Group: true)],
        Step(Running, new PassThroughEvent.ChildStopped(Signal.Tstp, ForegroundIsOurs: true)).Effects);

    [Theory]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(22)]
    public void Told_to_stop_it_stops_whatever_the_child_is_told_instead(int number)
    {
        var arrived = new PassThroughEvent.SignalArrived(Signal.FromNumber(number));
        var options = Options with { Rewrites = [new(number, 1)] };
        Assert.Equal(
            [new PassThroughEffect.Forward(Signal.Hup, Group: false), new PassThroughEffect.Suspend(Signal.Stop, Group: false)],
            Step(Running, arrived, options).Effects);
        options = Options with { Rewrites = [new(number, 0)] };
        Assert.Equal(Running, Step(Running, arrived, options).State);
        Assert.Empty(Step(Running, arrived, options).Effects);
    }

    [Theory]
    [InlineData(19)]
    [InlineData(21)]
    [InlineData(22)]
    public void Where_no_shell_is_above_only_Ctrl_Z_is_undone(int by)
    {
        var stopped = new PassThroughState.Stopped(Signal.FromNumber(by));
        var (state, effects) = Step(stopped, new PassThroughEvent.SuspendRefused());
        Assert.Equal(stopped, state);
        Assert.Empty(effects);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void A_stopped_group_continues_although_SIGCONT_is_rewritten(int to)
    {
        var options = Options with { Rewrites = [new(18, to)] };
        var (state, effects) = Step(Stopped, new PassThroughEvent.SignalArrived(Signal.Cont), options);
        Assert.Equal(Running, state);
        PassThroughEffect[] told = to == 0 ? [] : [new PassThroughEffect.Forward(Signal.Usr1, Group: false)];
        Assert.Equal([new PassThroughEffect.Resume(), .. told], effects);
    }

    [Fact]
    public void While_the_child_runs_or_is_stopped_it_sleeps_for_ever()
    {
        Assert.Equal(Instant.Never, Running.Due);
        Assert.Equal(Instant.Never, Stopped.Due);
    }

    private static (PassThroughState State, ImmutableArray<PassThroughEffect> Effects) Step(
        PassThroughState state, PassThroughEvent happened, PassThroughOptions? options = null) =>
        PassThroughMachine.Step(options ?? Options, state, happened, Now);

    private static string Cell(PassThroughState state, PassThroughEvent happened)
    {
        try
        {
            var (after, effects) = Step(state, happened);
            return $"{after.GetType().Name}: {string.Join(", ", effects.Select(Of))}".TrimEnd();
        }
        catch (InvalidOperationException bug)
        {
            Assert.StartsWith("bug: ", bug.Message, StringComparison.Ordinal);
            return "!";
        }
    }

    private static string Of(PassThroughEffect effect) => effect switch
    {
        PassThroughEffect.Forward e => e.Signal.ToString(),
        PassThroughEffect.Suspend { With: var with } => with == Signal.Stop ? "suspend" : $"suspend by {with}",
        PassThroughEffect.Resume => "resume",
        PassThroughEffect.EndTheRest e => $"{e.Signal.ToString()[3..]} rest",
        PassThroughEffect.Exit e => $"exit {e.Code}",
        _ => effect.ToString(),
    };

    private static IEnumerable<string> CasesOf(Type sum) =>
        sum.GetNestedTypes(BindingFlags.Public).Where(t => t.IsSubclassOf(sum)).Select(t => t.Name).Order();
}
