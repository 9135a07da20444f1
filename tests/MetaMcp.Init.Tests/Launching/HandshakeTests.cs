using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Processes;

namespace MetaMcp.Init.Tests.Launching;

/// <summary>A launch as it should go, and the ends that it may have on the way, with a real client.</summary>
public sealed class HandshakeTests : IDisposable
{
    private static readonly ServerSettings Server = new()
    {
        Name = "memory", Command = ["npx", "-y", "memory"], Attributes = new ProcessAttributes { NoNewPrivileges = true, Umask = 18 },
    };

    private readonly LaunchKernel _kernel = new();

    [Fact]
    public void A_child_of_the_client_becomes_the_main_process_of_a_run()
    {
        using var client = new Launcher(_kernel.Path);
        var id = Granted(client, out var grant);
        Assert.Equal(("mcp-1-7", "memory", ShimMode.Guard), (grant.Id, grant.Name, grant.Shim));
        Assert.Equal(new InstanceCookie(1, new byte[SipHash.KeySize]).Of(7), grant.Instance);
        Assert.Equal(["npx", "-y", "memory"], grant.Command);
        Assert.Equal(["--umask", "0022", "--no-new-privileges"], grant.Exec);
        var main = Placed(client, id);
        Assert.Equal("sent", client.Do("""send {"verb":"started"}"""));
        _ = _kernel.Next<LaunchEvent.Started>();
        Assert.Equal("sent", client.Do("""send {"verb":"idle","idle":true}"""));
        Assert.True(_kernel.Next<LaunchEvent.Idle>().IsIdle);
        Assert.Equal("sent", client.Do("""send {"verb":"closed"}"""));
        _ = _kernel.Next<LaunchEvent.Closed>();
        _kernel.Perform(new Effect.TellLaunch(id, "It was idle."));
        Assert.Equal("""{"answer":"ending","reason":"It was idle."}""", client.Do("read"));
        _kernel.Perform(new Effect.WatchMain(7, main.Pid, main.StartTime));
        _kernel.Perform(new Effect.SignalMain(7, main.Pid, Signal.Kill));
        _kernel.Until(() => _kernel.Others.Exists(e => e is Core.Lifecycle.SystemEvent.MainEnded(7, var pid, _) && pid == main.Pid));
        _kernel.Perform(new Effect.EndLaunch(id, "It was idle."));
        Assert.Equal("""{"answer":"ended","reason":"It was idle."}""", client.Do("read"));
        Assert.Equal("eof", client.Do("read"));
        Assert.Empty(_kernel.Told);
    }

    [Fact]
    public void The_client_itself_may_become_the_server()
    {
        using var client = new Launcher(_kernel.Path);
        _ = Granted(client, out _);
        Assert.Equal("sent", client.Do($$"""send {"verb":"place","pid":{{client.Pid}}}"""));
        var main = _kernel.Next<LaunchEvent.Named>(out var id).Main;
        Assert.Equal(client.Pid, main.Pid);
        _kernel.Perform(new Effect.PlaceLaunch(id, 7, main));
        Assert.Equal(main, _kernel.Next<LaunchEvent.Placed>().Main);
        Assert.NotNull(_kernel.Runs.Find(7));
        Assert.Equal(client.Pid, _kernel.Runs.Find(7)!.Main);
    }

    [Fact]
    public void A_launch_that_waits_is_told_so_and_then_refused()
    {
        using var client = new Launcher(_kernel.Path);
        var id = _kernel.Ask(client);
        _kernel.Perform(new Effect.WaitLaunch(id, "All 3 places are taken."));
        Assert.Equal("""{"answer":"waiting","reason":"All 3 places are taken."}""", client.Do("read"));
        _kernel.Perform(new Effect.RefuseLaunch(id, RefusalCode.Limit, "All 3 places are taken.", ["mcp-1-3 (memory)"]));
        Assert.Equal(
            """{"answer":"refused","code":"limit","reason":"All 3 places are taken.","holders":["mcp-1-3 (memory)"]}""", client.Do("read"));
        Assert.Equal("eof", client.Do("read"));
    }

    [Fact]
    public void The_end_of_the_shim_is_told_once_it_has_asked()
    {
        using var client = new Launcher(_kernel.Path);
        var id = _kernel.Ask(client);
        client.Kill();
        _ = _kernel.Next<LaunchEvent.ShimEnded>(out var ended);
        _ = _kernel.Next<LaunchEvent.Disconnected>(out var lost);
        Assert.Equal((id, id), (ended, lost));
        _kernel.Turn();
        // The process that started it waits for it, and ends after it.
        Assert.All(_kernel.Told, told => Assert.IsType<LaunchEvent.ClientEnded>(told.Item2));
        _kernel.Perform(new Effect.EndLaunch(id, null));
    }

    [Fact]
    public void The_end_of_the_process_that_started_the_shim_is_told()
    {
        using var client = new Launcher(_kernel.Path);
        var id = _kernel.Ask(client);
        client.KillClient();
        _ = _kernel.Next<LaunchEvent.ClientEnded>(out var ended);
        Assert.Equal(id, ended);
        _kernel.Turn();
        Assert.Empty(_kernel.Told);
    }

    [Fact]
    public void A_client_that_ends_between_its_request_and_the_look_at_it_is_forgotten()
    {
        using var client = new Launcher(_kernel.Path);
        Assert.Equal("connected", client.Do("connect"));
        Assert.Equal("sent", client.Do("""send {"verb":"launch","name":"memory","program":"npx"}"""));
        client.Kill();
        Assert.True(SpinWait.SpinUntil(
            () => !ProcessTable.TryRead(client.Pid, out var stat) || stat.IsDead, TimeSpan.FromSeconds(10)));
        var before = OpenDescriptors.Count();
        for (var turn = 0; turn < 5; turn++)
            _kernel.Turn();
        Assert.Empty(_kernel.Told);
        Assert.InRange(OpenDescriptors.Count(), 0, before);
    }

    [Fact]
    public void A_process_that_ends_before_it_is_placed_is_no_server()
    {
        using var client = new Launcher(_kernel.Path);
        _ = Granted(client, out _);
        Assert.Equal("sent", client.Do($$"""send {"verb":"place","pid":{{client.StartChild()}}}"""));
        var main = _kernel.Next<LaunchEvent.Named>(out var id).Main;
        Assert.Equal("killed", client.Do("kill"));
        _kernel.Perform(new Effect.PlaceLaunch(id, 7, main));
        Assert.False(_kernel.Next<LaunchEvent.NotPlaced>().IsShortage);
        Assert.Null(_kernel.Runs.Find(7));
    }

    [Fact]
    public void A_process_that_the_client_has_not_started_is_refused()
    {
        using var client = new Launcher(_kernel.Path);
        using var other = new Launcher(_kernel.Path);
        _ = Granted(client, out _);
        Assert.Equal("sent", client.Do($$"""send {"verb":"place","pid":{{other.StartChild()}}}"""));
        _ = _kernel.Next<LaunchEvent.Disconnected>();
        Assert.Contains("was not started by the one that asks", client.Do("read"), StringComparison.Ordinal);
        Assert.Equal("eof", client.Do("read"));
        Assert.DoesNotContain(_kernel.Told, told => told.Event is LaunchEvent.Named);
    }

    [Fact]
    public void The_main_process_of_another_run_is_refused()
    {
        using var client = new Launcher(_kernel.Path);
        _ = Placed(client, Granted(client, out _));
        Assert.Equal("connected", client.Do("connect"));
        Assert.Equal("sent", client.Do("""send {"verb":"launch","name":"memory","program":"npx"}"""));
        _ = _kernel.Next<LaunchEvent.Asked>(out var id);
        _kernel.Perform(new Effect.GrantLaunch(id, 8, Server));
        Assert.Contains("granted", client.Do("read"), StringComparison.Ordinal);
        Assert.Equal("sent", client.Do($$"""send {"verb":"place","pid":{{client.Child}}}"""));
        _ = _kernel.Next<LaunchEvent.Disconnected>();
        Assert.Contains("of another launch", client.Do("read"), StringComparison.Ordinal);
    }

    /// <summary>The core may have had no memory for the event; each whole sweep asks the kernel again.</summary>
    [Fact]
    public void An_end_whose_event_was_lost_is_told_again_by_a_sweep()
    {
        using var client = new Launcher(_kernel.Path);
        var id = _kernel.Ask(client);
        client.KillClient();
        _ = _kernel.Next<LaunchEvent.ClientEnded>();
        _kernel.Turn();
        Assert.Empty(_kernel.Told);
        _kernel.Perform(new Effect.Sweep([], [], [], Strangers: false) { IsWhole = true });
        _ = _kernel.Next<LaunchEvent.ClientEnded>(out var again);
        Assert.Equal(id, again);
    }

    [Fact]
    public void Nothing_is_left_open_of_a_hundred_launches()
    {
        using var client = new Launcher(_kernel.Path);
        End(_kernel.Ask(client));
        var before = OpenDescriptors.Count();
        for (var launch = 0; launch < 100; launch++)
            End(_kernel.Ask(client));
        Assert.InRange(OpenDescriptors.Count(), 0, before);

        void End(long id)
        {
            _kernel.Perform(new Effect.RefuseLaunch(id, RefusalCode.Limit, "No.", []));
            Assert.Equal("closed", client.Do("close"));
        }
    }

    public void Dispose() => _kernel.Dispose();

    private long Granted(Launcher client, out LaunchGrant grant)
    {
        var id = _kernel.Ask(client);
        _kernel.Perform(new Effect.GrantLaunch(id, 7, Server));
        var line = client.Do("read");
        grant = Assert.IsType<InitFrame.Granted>(LaunchFrames.ReadInit(System.Text.Encoding.UTF8.GetBytes(line), out _)).Grant;
        return id;
    }

    private ProcessKey Placed(Launcher client, long id)
    {
        Assert.Equal("sent", client.Do($$"""send {"verb":"place","pid":{{client.StartChild()}}}"""));
        var main = _kernel.Next<LaunchEvent.Named>().Main;
        _kernel.Perform(new Effect.PlaceLaunch(id, 7, main));
        Assert.Equal(main, _kernel.Next<LaunchEvent.Placed>().Main);
        var run = _kernel.Runs.Find(7);
        Assert.Equal((client.Child, true, client.Child), (run!.Main, run.IsNested, run.Session));
        _kernel.Perform(new Effect.GoLaunch(id));
        Assert.Equal("""{"answer":"go"}""", client.Do("read"));
        return main;
    }
}
