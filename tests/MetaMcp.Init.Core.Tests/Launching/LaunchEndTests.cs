using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Tests.Supervision;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Launching;

/// <summary>How a launched server ended is told by its guard, which is its parent.</summary>
public sealed class LaunchEndTests
{
    private static readonly ServerSettings Memory = new() { Name = "memory", MaxInstances = 1 };

    private readonly PoolWorld _world = new(
        Make.File(Make.Daemon("gateway")) with { Servers = [Memory, Memory with { Name = "other", MaxInstances = 5 }] });

    [Theory]
    [InlineData(3, false, false, "ended after 5.00 s: exit code 3")]
    [InlineData(0, false, false, "ended after 5.00 s. It ended by itself, exit code 0.")]
    [InlineData(1, true, false, "ended after 5.00 s. It ended by itself, exit code 1.")]
    [InlineData(143, false, true, "ended after 5.00 s. It ended by itself, exit code 143.")]
    public void The_log_has_the_exit_code_and_warns_if_the_client_did_not_ask_for_the_end(int code, bool closed, bool asked, string told)
    {
        _ = _world.Runs(1).Passes("5s");
        if (closed)
            _ = _world.Launch(1, new LaunchEvent.Closed());
        MainEnds(1);
        Assert.DoesNotContain(_world.Log, line => line.Contains("ended", StringComparison.Ordinal));
        _ = _world.Forget().Launch(1, new LaunchEvent.Exited(ExitStatus.Exited(code), asked)).Tells("1 ended");
        Assert.EndsWith(told, _world.Log[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_signal_that_no_client_sent_is_a_failure()
    {
        _ = _world.Runs(1);
        MainEnds(1);
        _ = _world.Launch(1, new LaunchEvent.Exited(ExitStatus.KilledBy(Signal.FromNumber(11), dumpedCore: true), IsAsked: false));
        Assert.EndsWith("ended after 0.00 s: killed by SIGSEGV (core dumped)", _world.Log[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_place_is_free_before_the_guard_has_said_anything()
    {
        _ = _world.Runs(1);
        MainEnds(1);
        _world.Forget().Asks(2).Tells("2 granted");
    }

    [Fact]
    public void The_end_is_told_after_a_second_without_the_guards_word_or_when_the_guard_is_gone()
    {
        _ = _world.Runs(1);
        MainEnds(1);
        _world.Forget().Passes("900ms").Tells().Passes("100ms").Tells("1 ended");
        Assert.EndsWith("It ended by itself.", _world.Log[^1], StringComparison.Ordinal);
        _ = _world.Runs(2);
        MainEnds(2);
        _world.Forget().Launch(2, new LaunchEvent.ShimEnded()).Tells("2 ended");
    }

    /// <summary>They take no place, so that nothing else limits them.</summary>
    [Fact]
    public void Of_many_silent_guards_some_are_waited_for()
    {
        for (var id = 1; id <= 33; id++)
        {
            _ = _world.Runs(id);
            MainEnds(id);
        }
        Assert.Contains("33 ended", _world.Story);
        Assert.DoesNotContain("32 ended", _world.Story);
    }

    [Fact]
    public void A_stop_does_not_wait_for_the_guards_word()
    {
        _ = _world.Runs(1);
        MainEnds(1);
        _ = _world.Forget().Signal(Signal.Term);
        Assert.Contains("1 ended", _world.Story);
        Assert.Contains("exit 0", _world.Story);
    }

    [Fact]
    public void An_npx_that_fails_by_itself_has_broken_no_cache()
    {
        _ = _world.Asks(1).Names(1);
        MainEnds(1);
        _ = _world.Launch(1, new LaunchEvent.Exited(ExitStatus.Exited(1), IsAsked: false));
        Assert.DoesNotContain(_world.Log, line => line.Contains("cache", StringComparison.Ordinal));
        _ = _world.Asks(2).Names(2).Launch(2, new LaunchEvent.ClientEnded());
        Assert.Contains("its cache may be broken", _world.Log[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_does_not_launch_itself_also_not_by_way_of_another()
    {
        _ = _world.Runs(1, "other").Runs(2, "memory");
        _ = _world.Asks(3, "other", _world.RunOf(1)).Asks(4, "memory", _world.RunOf(1));
        Assert.Contains("launches itself", Assert.Single(_world.Refusals, r => r.Id == 3).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("launches itself", Assert.Single(_world.Refusals, r => r.Id == 4).Reason, StringComparison.Ordinal);
        _ = _world.Exits(2).Asks(5, "memory", _world.RunOf(1)).Names(5).Asks(6, "other", _world.RunOf(5));
        Assert.Contains("launches itself", Assert.Single(_world.Refusals, r => r.Id == 6).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_nearly_one_of_the_file_is_told()
    {
        _ = _world.Asks(1, "memroy");
        Assert.Contains("memroy: the configuration has no table for it; did you mean [server.memory]?", _world.Log);
        _ = _world.Asks(2, "filesystem").Asks(3, "memory");
        Assert.Single(_world.Log, line => line.Contains("did you mean", StringComparison.Ordinal));
        _ = _world.Launch(4, new LaunchEvent.Asked(new LaunchRequest("othr", null, "", 5004, 1000, _world.Gateway, IsTrusted: false)));
        Assert.Contains("no command was given. Did you mean other?", _world.Refusals[^1].Reason, StringComparison.Ordinal);
    }

    /// <summary>The kernel's word alone.</summary>
    private void MainEnds(long id) => _world.Post(new SystemEvent.MainEnded(_world.RunOf(id), _world.PidOf(id), OthersLeft: false));
}
