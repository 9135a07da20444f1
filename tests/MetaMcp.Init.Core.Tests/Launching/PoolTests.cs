using System.Collections.Immutable;
using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Tests.Supervision;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Launching;

/// <summary>Launched servers: places, endings, limits.</summary>
public sealed class PoolTests
{
    private static ServerSettings Memory => new() { Name = "memory", MaxInstances = 2 };

    private static PoolWorld World(ServerSettings? server = null, LimitSettings? limits = null, LaunchSettings? launch = null) => new(
        Make.File(Make.Daemon("gateway")) with
        {
            Servers = [server ?? Memory], Limits = limits ?? new(), Launch = launch ?? new(),
        });

    [Fact]
    public void A_client_asks_and_its_server_runs_when_its_process_is_in_its_place()
    {
        var world = World();
        world.Asks(1).Tells("1 granted");
        world.Names(1).Tells("1 go");
        Assert.IsType<RunOwner.Launch>(world.Supervisor.Registry.Find(world.RunOf(1))!.Owner);
        world.Exits(1).Tells("1 ended");
        Assert.Null(world.Supervisor.Registry.Find(world.RunOf(1)));
    }

    [Fact]
    public void The_log_says_of_a_server_in_its_place_which_program_its_shim_starts_for_npx()
    {
        var world = World();
        world.Asks(1).Launch(1, new LaunchEvent.Named(new(100, 900), "npx is left out: /cache/.bin/server")).Tells("1 granted", "1 go");
        Assert.Equal($"memory@{world.RunOf(1)}: npx is left out: /cache/.bin/server", world.Log[^1]);
        world.Log.Clear();
        world.Asks(2).Names(2);
        Assert.Contains("launched by", Assert.Single(world.Log), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_but_the_main_process_is_asked_to_end_and_the_rest_is_killed_at_once()
    {
        var world = World();
        world.LeavesOthers.Add(1);
        world.Runs(1).Forget();
        world.Exits(1).Tells("1 SIGKILL to all", "1 ended");
    }

    [Theory]
    [InlineData(typeof(LaunchEvent.ShimEnded))]
    [InlineData(typeof(LaunchEvent.ClientEnded))]
    [InlineData(typeof(LaunchEvent.Disconnected))]
    public void A_server_does_not_outlive_its_shim_its_client_or_the_connection(Type happened)
    {
        var gone = (LaunchEvent)Activator.CreateInstance(happened)!;
        var world = World();
        world.Runs(1).Forget();
        world.Launch(1, gone).Tells("1 SIGTERM", "1 ended for a reason");
    }

    [Fact]
    public void One_that_ignores_SIGTERM_is_killed_after_its_stop_timeout()
    {
        var world = World(Memory with { StopTimeout = TimeSpan.FromSeconds(3) });
        world.Stubborn.Add(1);
        world.Runs(1).Forget();
        world.Launch(1, new LaunchEvent.ClientEnded()).Tells("1 SIGTERM");
        world.Passes("2s").Tells();
        world.Passes("1s").Tells("1 SIGKILL to all", "1 ended for a reason");
    }

    [Theory]
    [InlineData(typeof(LaunchEvent.ShimEnded))]
    [InlineData(typeof(LaunchEvent.ClientEnded))]
    [InlineData(typeof(LaunchEvent.Disconnected))]
    public void A_shim_that_is_gone_before_it_named_a_process_frees_its_place(Type happened)
    {
        var world = World(Memory with { MaxInstances = 1 });
        world.Asks(1).Forget();
        world.Launch(1, (LaunchEvent)Activator.CreateInstance(happened)!).Tells("1 ended");
        world.Asks(2).Tells("2 granted");
    }

    [Fact]
    public void A_shim_killed_while_its_process_is_moved_leaves_nothing()
    {
        var world = World();
        world.HoldsPlaces = true;
        world.Asks(1).Names(1).Launch(1, new LaunchEvent.ShimEnded()).Forget();
        world.Launch(1, new LaunchEvent.Placed(new(100, 900))).Tells("1 SIGKILL to all", "1 ended for a reason");
    }

    [Fact]
    public void A_shim_that_names_no_process_loses_its_place()
    {
        var world = World();
        world.Asks(1).Forget();
        world.Passes("9s").Tells();
        world.Passes("1s").Tells("1 refused Invalid");
    }

    [Fact]
    public void A_process_that_could_not_be_moved_is_refused_for_the_reason()
    {
        var world = World();
        world.Asks(1).Launch(1, new LaunchEvent.NotPlaced("no room", IsShortage: true)).Tells("1 granted", "1 refused Shortage");
        Assert.Equal("no room", world.Refusals[0].Reason);
    }

    [Fact]
    public void Closed_stdin_ends_a_server_that_is_still_there_after_close_grace()
    {
        var world = World(Memory with { CloseGrace = TimeSpan.FromSeconds(5) });
        world.Runs(1).Forget();
        world.Launch(1, new LaunchEvent.Closed()).Passes("4s").Tells();
        world.Passes("1s").Tells("1 SIGTERM", "1 ended for a reason");
        Assert.Contains("close_grace", world.Reasons[1]!);
    }

    [Fact]
    public void Stdin_that_was_closed_before_the_server_ran_counts_from_its_start()
    {
        var world = World(Memory with { CloseGrace = TimeSpan.FromSeconds(5) });
        world.Asks(1).Launch(1, new LaunchEvent.Closed()).Names(1).Forget();
        world.Passes("5s").Tells("1 SIGTERM", "1 ended for a reason");
    }

    [Fact]
    public void A_server_without_traffic_ends_after_its_idle_timeout_counted_from_the_last_traffic()
    {
        var world = World(Memory with { IdleTimeout = TimeSpan.FromSeconds(30) });
        world.Runs(1).Forget().Passes("31s");
        world.Launch(1, new LaunchEvent.Idle(true)).Passes("1ms").Tells("1 SIGTERM", "1 ended for a reason");
    }

    [Fact]
    public void Traffic_keeps_a_server()
    {
        var world = World(Memory with { OnLimit = LimitAction.ReplaceIdle, IdleTimeout = TimeSpan.FromSeconds(30) });
        world.Runs(1).Forget().Passes("11s");
        world.Launch(1, new LaunchEvent.Idle(true)).Passes("10s").Launch(1, new LaunchEvent.Idle(false)).Passes("1m").Tells();
    }

    [Fact]
    public void One_over_the_limit_is_refused_and_told_the_limit_and_the_holders()
    {
        var world = World();
        world.Runs(1).Runs(2).Forget();
        world.Asks(3).Tells("3 refused Limit");
        Assert.Equal(
            "2 instances of memory already run, and max_instances of [server.memory] is 2. End one of them, or raise max_instances of " +
            "[server.memory].",
            world.Refusals[0].Reason);
        Assert.Equal(2, world.Refusals[0].Holders.Length);
        Assert.StartsWith("mcp-0-", world.Refusals[0].Holders[0], StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_ends_holds_its_place_until_nothing_of_it_is_left()
    {
        var world = World(Memory with { MaxInstances = 1 });
        world.Stubborn.Add(1);
        world.Runs(1).Launch(1, new LaunchEvent.ClientEnded()).Forget();
        world.Asks(2).Tells("2 refused Limit");
        world.Passes("10s").Forget();
        world.Asks(3).Tells("3 granted");
    }

    [Fact]
    public void Max_per_type_counts_where_the_server_has_no_number_of_its_own()
    {
        var world = World(Memory with { MaxInstances = null }, new LimitSettings { MaxPerType = 1 });
        world.Runs(1).Forget();
        world.Asks(2).Tells("2 refused Limit");
        Assert.Contains("max_per_type", world.Refusals[0].Reason, StringComparison.Ordinal);
        world.Asks(3, "other").Tells("3 granted");
    }

    [Fact]
    public void Max_instances_counts_services_and_servers_together()
    {
        var world = World(limits: new LimitSettings { MaxInstances = 2 });
        world.Runs(1).Forget();
        world.Asks(2, "other").Tells("2 refused Limit");
    }

    [Fact]
    public void The_place_of_a_service_is_kept_while_it_waits_for_its_restart_and_free_when_it_has_ended_for_good()
    {
        var world = new PoolWorld(Make.File(Make.Daemon("gateway"), Make.Daemon("web")) with
        {
            Servers = [Memory], Limits = new LimitSettings { MaxInstances = 3 },
        });
        world.Runs(1).Forget();
        world.Ends("web", ExitStatus.Exited(1));
        world.Asks(2, "other").Tells("2 refused Limit");
        world.Passes("10s");
        _ = world.RunOfService("web");
        world.Asks(3, "other").Tells("3 refused Limit");
        world.Ends("web", ExitStatus.Exited(0));
        world.Asks(4, "other").Tells("4 granted");
    }

    [Fact]
    public void A_launch_waits_eight_seconds_at_most()
    {
        var world = World(Memory with { MaxInstances = 1, OnLimit = LimitAction.Wait });
        world.Runs(1).Forget();
        world.Asks(2).Tells("2 waits");
        Assert.Contains(world.Log, line => line.Contains("memory: waits for a place, 8s at most: 1 instance", StringComparison.Ordinal));
        // The shim hears every four seconds that it waits.
        world.Passes("7900ms").Tells("2 waits");
        world.Passes("100ms").Tells("2 refused Limit");
        Assert.Contains("; no place became free within 8s. End it, or raise", world.Refusals[0].Reason, StringComparison.Ordinal);
        Assert.Single(world.Log, line => line.Contains("waits for", StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_without_a_table_and_without_a_command_is_refused_and_told_both_ways_out()
    {
        var world = World();
        world.AsksForCommand(1, "other").AsksForCommand(2).Tells("1 refused Invalid", "2 granted");
        Assert.Equal(
            "The configuration has no [server.other], and no command was given. Write that table with a command, or give one here " +
            "(mcp-init launch other -- CMD).",
            world.Refusals[0].Reason);
    }

    [Fact]
    public void A_refusal_says_why_none_could_be_replaced()
    {
        var world = World(Memory with { OnLimit = LimitAction.ReplaceOldest, MaxInstances = 4 });
        world.Stubborn.Add(1);
        world.Runs(1).Runs(2).Asks(3).Names(3).AsksFromOutside(4).Names(4).Launch(4, new LaunchEvent.Started());
        world.Launch(1, new LaunchEvent.ClientEnded()).Asks(5).Forget();
        world.Asks(6).Tells("6 refused Limit");
        Assert.Equal(
            "4 instances of memory already run, and max_instances of [server.memory] is 4; replace-oldest finds none to replace: 1 is " +
            "younger than 2s, 1 still starts, 1 ends already, for other launches, 1 is of other services. End one of them, or raise " +
            "max_instances of [server.memory].",
            world.Refusals[0].Reason);
    }

    [Fact]
    public void A_refusal_says_that_none_was_idle()
    {
        var world = World(Memory with { OnLimit = LimitAction.ReplaceIdle });
        world.Runs(1).Runs(2).Asks(3);
        Assert.Contains(
            "replace-idle finds none to replace: 2 have had traffic in the last 10s", world.Refusals[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Launches_that_wait_keep_their_order()
    {
        var world = World(Memory with { MaxInstances = 1, OnLimit = LimitAction.Wait });
        world.Runs(1).Asks(2).Asks(3).Forget();
        world.Exits(1).Tells("1 ended", "2 granted");
        world.Names(2).Forget();
        world.Exits(2).Tells("2 ended", "3 granted");
    }

    [Fact]
    public void A_launch_whose_client_has_gone_does_not_wait_any_more()
    {
        var world = World(Memory with { MaxInstances = 1, OnLimit = LimitAction.Wait });
        world.Runs(1).Asks(2).Asks(3).Launch(2, new LaunchEvent.ClientEnded()).Forget();
        world.Exits(1).Tells("1 ended", "3 granted");
    }

    [Fact]
    public void The_oldest_is_replaced_and_never_one_younger_than_two_seconds()
    {
        var world = World(Memory with { OnLimit = LimitAction.ReplaceOldest });
        world.Runs(1).Passes("1s").Runs(2).Passes("900ms").Forget();
        world.Asks(3).Tells("3 refused Limit");
        world.Passes("200ms");
        world.Asks(4).Tells("1 SIGTERM", "4 waits", "1 ended for a reason", "4 granted");
    }

    [Fact]
    public void Only_an_idle_one_is_replaced_and_the_longest_idle_one_first()
    {
        var world = World(Memory with { OnLimit = LimitAction.ReplaceIdle });
        world.Runs(1).Runs(2).Passes("1m").Forget();
        world.Asks(3).Tells("3 refused Limit");
        world.Launch(2, new LaunchEvent.Idle(true)).Passes("5s").Launch(1, new LaunchEvent.Idle(true)).Forget();
        world.Asks(4).Tells("2 SIGTERM", "4 waits", "2 ended for a reason", "4 granted");
    }

    [Theory]
    [InlineData("10s", "4s")]
    [InlineData("3s", "3s")]
    public void A_replaced_one_that_ignores_SIGTERM_is_killed_before_the_launch_gives_up(string stopTimeout, string killed)
    {
        Assert.True(Duration.TryParse(stopTimeout, out var timeout));
        Assert.True(Duration.TryParse(killed, out var soon));
        var world = World(Memory with { OnLimit = LimitAction.ReplaceOldest, MaxInstances = 1, StopTimeout = timeout });
        world.Stubborn.Add(1);
        world.Runs(1).Passes("2s").Forget();
        world.Asks(2).Tells("1 SIGTERM", "2 waits");
        world.Passes(Duration.Format(soon - TimeSpan.FromMilliseconds(1))).Tells();
        world.Passes("1ms");
        Assert.Equal(["1 SIGKILL to all", "1 ended for a reason", "2 granted"], world.Story.Except(["2 waits"]));
    }

    [Fact]
    public void A_replaced_one_waits_for_no_turn_in_the_cleanup_queue()
    {
        var world = World(
            Memory with { OnLimit = LimitAction.ReplaceOldest, MaxInstances = 20, StopTimeout = TimeSpan.FromMinutes(1) });
        for (var id = 1; id <= 20; id++)
        {
            world.Stubborn.Add(id);
            _ = world.Runs(id);
        }
        // Five at a time are ended for their stdin; a sixth one that waits for its turn makes no room either.
        for (var id = 1; id <= 6; id++)
            _ = world.Launch(id, new LaunchEvent.Closed());
        world.Passes("6s").Forget();
        for (var id = 21; id <= 26; id++)
            _ = world.Asks(id);
        world.Forget().Asks(27).Tells("7 SIGTERM", "27 waits");
    }

    [Fact]
    public void One_that_starts_is_not_replaced()
    {
        var world = World(Memory with { OnLimit = LimitAction.ReplaceOldest, MaxInstances = 1 });
        world.Asks(1).Names(1).Passes("30s").Forget();
        world.Asks(2).Tells("2 refused Limit");
    }

    [Fact]
    public void A_server_whose_client_has_gone_waits_for_no_turn_in_the_cleanup_queue()
    {
        var world = World(Memory with { MaxInstances = 100 });
        for (var id = 1; id <= 20; id++)
        {
            world.Stubborn.Add(id);
            _ = world.Runs(id);
        }
        world.Forget();
        for (var id = 1; id <= 20; id++)
            _ = world.Launch(id, new LaunchEvent.ClientEnded());
        world.Tells([.. Enumerable.Range(1, 20).Select(id => $"{id} SIGTERM")]);
    }

    [Fact]
    public void Servers_whose_stdin_is_closed_are_ended_as_many_at_once_as_the_file_says()
    {
        var world = World(Memory with { MaxInstances = 100, CloseGrace = TimeSpan.FromSeconds(1) });
        for (var id = 1; id <= 20; id++)
        {
            world.Stubborn.Add(id);
            _ = world.Runs(id);
        }
        world.Forget();
        for (var id = 1; id <= 20; id++)
            _ = world.Launch(id, new LaunchEvent.Closed()).Passes("1ms");
        world.Passes("2s").Tells([.. Enumerable.Range(1, 5).Select(id => $"{id} SIGTERM")]);
    }

    [Fact]
    public void A_client_of_another_service_cannot_replace()
    {
        var world = World(Memory with { OnLimit = LimitAction.ReplaceOldest });
        world.Runs(1).Runs(2).Passes("1m").Forget();
        world.Asks(3, run: 0, isTrusted: true).Tells("3 refused Limit");
        Assert.Equal<ImmutableArray<string>>(["2 more of other services"], world.Refusals[0].Holders);
    }

    [Fact]
    public void A_stranger_is_refused_and_takes_no_place()
    {
        var world = World(Memory with { MaxInstances = 1 });
        world.Asks(1, run: 0).Tells("1 refused Forbidden");
        world.Asks(2).Tells("2 granted");
    }

    [Fact]
    public void A_server_is_launched_only_for_the_services_that_are_allowed_and_for_their_servers()
    {
        var file = Make.File(Make.Daemon("gateway"), Make.Daemon("jobs")) with
        {
            Servers = [Memory with { MaxInstances = 1, Allow = ["gateway"] }, new ServerSettings { Name = "parent" }],
        };
        var world = new PoolWorld(file);
        world.Asks(1, run: world.RunOfService("jobs")).Tells("1 refused Forbidden");
        Assert.Equal(
            "The service jobs may not launch it: add \"jobs\" to allow of [server.memory].", world.Refusals[0].Reason);
        Assert.Empty(world.Refusals[0].Holders);
        // Nor is one of its user trusted, where the service is known.
        world.Asks(2, run: world.RunOfService("jobs"), isTrusted: true).Tells("2 refused Forbidden");
        // It has taken no place.
        world.Runs(3).Exits(3).Tells("3 granted", "3 go", "3 ended");
        world.Runs(4, "parent").Forget().Asks(5, run: world.RunOf(4)).Tells("5 granted");
        world.Asks(6, "parent", run: world.RunOfService("jobs")).Names(6).Forget();
        world.Asks(7, run: world.RunOf(6)).Tells("7 refused Forbidden");
    }

    [Fact]
    public void From_outside_of_the_services_root_may_launch_every_server()
    {
        var world = World(Memory with { Allow = [] });
        world.Asks(1).Tells("1 refused Forbidden");
        world.AsksFromOutside(2, "parent").Names(2).Tells("2 granted", "2 go");
        // A server that root has launched, and that has another user.
        world.Asks(3, run: world.RunOf(2)).Tells("3 refused Forbidden");
    }

    [Fact]
    public void Another_file_allows_the_next_launch()
    {
        var world = World(Memory with { Allow = [] });
        var other = Core.Planning.Plan.Build(world.Settings with { Servers = [Memory with { Allow = ["gateway"] }] }).Plan!;
        world.Asks(1).Post(new Lifecycle.SystemEvent.Reloaded(other)).Asks(2).Tells("1 refused Forbidden", "2 granted");
    }

    [Fact]
    public void An_unknown_server_is_launched_or_refused_as_the_file_says()
    {
        World().Asks(1, "other").Tells("1 granted");
        World(launch: new LaunchSettings { Unknown = UnknownServers.Refuse }).Asks(1, "other").Tells("1 refused Unknown");
    }

    [Fact]
    public void Cold_starts_take_turns()
    {
        var world = World(Memory with { MaxInstances = 10 }, launch: new LaunchSettings { MaxStarting = 2 });
        world.Asks(1).Asks(2).Asks(3).Asks(4).Tells("1 granted", "2 granted", "3 waits", "4 waits");
        world.Names(1).Launch(1, new LaunchEvent.Started()).Tells("1 go", "3 granted");
        world.Launch(2, new LaunchEvent.ShimEnded()).Tells("2 ended", "4 granted");
    }

    [Fact]
    public void A_start_that_is_never_over_counts_for_a_minute()
    {
        var world = World(Memory with { MaxInstances = 10 }, launch: new LaunchSettings { MaxStarting = 1 });
        world.Asks(1).Names(1).Passes("20s").Asks(2).Forget();
        world.Passes("39s").Forget();
        world.Passes("1s").Tells("2 waits", "2 granted");
    }

    [Fact]
    public void A_service_without_a_turn_takes_over_that_of_the_longest_start_of_another_one()
    {
        var world = World(Memory with { MaxInstances = 10 }, launch: new LaunchSettings { MaxStarting = 2 });
        world.Asks(1).Names(1).Passes("1s").Asks(2).Names(2).Asks(3).Forget();
        world.AsksFromOutside(4).Tells("4 waits");
        world.Passes("8s").Tells("3 waits", "4 waits", "3 waits", "4 waits");
        // The next look at it, 12 s after it has asked. The turn is handed over, so that no other launch gets one.
        world.Passes("4s").Tells("3 waits", "4 granted");
        world.Launch(1, new LaunchEvent.Started()).Tells();
        world.Launch(2, new LaunchEvent.Started()).Tells("3 granted");
    }

    [Fact]
    public void A_turn_is_taken_over_at_once_if_it_has_lasted_ten_seconds()
    {
        var world = World(Memory with { MaxInstances = 10 }, launch: new LaunchSettings { MaxStarting = 1 });
        world.Asks(1).Names(1).Passes("9900ms").Forget();
        world.AsksFromOutside(2).Tells("2 waits").Launch(2, new LaunchEvent.ClientEnded()).Forget();
        world.Passes("100ms").AsksFromOutside(3).Tells("3 granted");
        // This one holds the turn now, and not for ten seconds yet.
        world.Asks(4).Tells("4 waits");
    }

    [Fact]
    public void A_start_that_has_lost_its_turn_is_still_a_start_and_not_replaced()
    {
        var world = World(
            Memory with { MaxInstances = 2, OnLimit = LimitAction.ReplaceOldest }, launch: new LaunchSettings { MaxStarting = 1 });
        world.Asks(1).Names(1).Passes("10s").AsksFromOutside(2).Names(2).Launch(2, new LaunchEvent.Started()).Forget();
        world.Asks(3).Tells("3 refused Limit");
    }

    [Fact]
    public void A_free_turn_goes_first_to_a_service_that_has_none()
    {
        var world = World(Memory with { MaxInstances = 10 }, launch: new LaunchSettings { MaxStarting = 2 });
        world.Asks(1).Asks(2).Asks(3).Asks(4).AsksFromOutside(5).AsksFromOutside(6).Forget();
        world.Launch(1, new LaunchEvent.ShimEnded()).Tells("1 ended", "5 granted");
        world.Launch(2, new LaunchEvent.ShimEnded()).Tells("2 ended", "3 granted");
        world.Launch(5, new LaunchEvent.ShimEnded()).Tells("5 ended", "6 granted");
        world.Launch(3, new LaunchEvent.ShimEnded()).Tells("3 ended", "4 granted");
    }

    [Fact]
    public void One_service_cannot_fill_the_queue_of_those_that_wait()
    {
        var world = World(Memory with { MaxInstances = 1000 }, launch: new LaunchSettings { MaxStarting = 1 });
        for (var id = 1; id <= 129; id++)
            _ = world.Asks(id);
        world.Forget().Asks(130).Tells("130 refused Limit");
        Assert.StartsWith("128 launches of gateway wait for a place already", world.Refusals[0].Reason, StringComparison.Ordinal);
        world.AsksFromOutside(131).Tells("131 waits");
        // One that leaves makes room for the next of its service.
        world.Launch(2, new LaunchEvent.ClientEnded()).Forget().Asks(132).Tells("132 waits");
    }

    [Fact]
    public void One_that_waits_for_its_turn_is_refused_as_soon_as_a_turn_is_free_and_its_server_has_reached_its_limit()
    {
        var world = World(Memory with { MaxInstances = 1 }, launch: new LaunchSettings { MaxStarting = 1 });
        world.Asks(1, "other").Asks(2).Asks(3).Asks(4, "another").Forget();
        world.Launch(1, new LaunchEvent.Started()).Tells("2 granted");
        world.Launch(2, new LaunchEvent.Started()).Tells("3 refused Limit", "4 granted");
        Assert.Contains("max_instances of [server.memory] is 1", world.Refusals[0].Reason, StringComparison.Ordinal);
        Assert.Single(world.Refusals[0].Holders);
    }

    [Fact]
    public void One_that_waits_for_its_turn_is_refused_at_the_next_look_if_its_server_has_reached_its_limit()
    {
        var world = World(Memory with { MaxInstances = 1 }, launch: new LaunchSettings { MaxStarting = 2 });
        world.Asks(1, "other").Asks(2, "other").Asks(3).Asks(4).Launch(1, new LaunchEvent.Started()).Forget();
        world.Passes("3900ms").Tells();
        world.Passes("100ms").Tells("4 refused Limit");
        Assert.Contains("max_instances of [server.memory] is 1", world.Refusals[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_waits_for_its_turn_waits_for_a_place_from_then_on()
    {
        var world = World(
            Memory with { MaxInstances = 1, OnLimit = LimitAction.Wait }, launch: new LaunchSettings { MaxStarting = 1 });
        world.Asks(1, "other").Names(1).Asks(2).Asks(3).Passes("20s").Launch(1, new LaunchEvent.Started()).Forget();
        world.Names(2).Launch(2, new LaunchEvent.Started()).Tells("2 go", "3 waits");
        world.Passes("7900ms").Tells("3 waits");
        world.Passes("100ms").Tells("3 refused Limit");
        Assert.Contains("max_instances of [server.memory] is 1", world.Refusals[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_waits_for_its_turn_replaces_another_if_its_server_has_reached_its_limit()
    {
        var world = World(
            Memory with { MaxInstances = 1, OnLimit = LimitAction.ReplaceOldest }, launch: new LaunchSettings { MaxStarting = 1 });
        world.Asks(1, "other").Asks(2).Asks(3).Launch(1, new LaunchEvent.Started()).Names(2).Passes("3s").Forget();
        world.Launch(2, new LaunchEvent.Started()).Tells("2 SIGTERM", "3 waits", "2 ended for a reason", "3 granted");
    }

    [Fact]
    public void One_whose_place_is_free_and_that_lacks_a_turn_is_not_refused_for_the_limit()
    {
        var world = World(
            Memory with { MaxInstances = 1, OnLimit = LimitAction.ReplaceOldest }, launch: new LaunchSettings { MaxStarting = 1 });
        world.Runs(1).Passes("3s").Asks(2, "other").Names(2).Forget();
        world.Asks(3).Tells("1 SIGTERM", "3 waits", "1 ended for a reason");
        world.Passes("20s").Forget();
        world.Launch(2, new LaunchEvent.Started()).Tells("3 granted");
        Assert.Empty(world.Refusals);
    }

    [Fact]
    public void A_turn_is_taken_over_in_the_order_of_the_launches_of_a_service()
    {
        var world = World(Memory with { MaxInstances = 10 }, launch: new LaunchSettings { MaxStarting = 1 });
        world.Asks(1).Names(1).Passes("9s").AsksFromOutside(2).Passes("2s").Forget();
        world.AsksFromOutside(3).Tells("3 waits");
        world.Passes("2s").Tells("2 granted");
    }

    [Fact]
    public void A_shutdown_refuses_launches_and_ends_servers_when_the_services_are_down()
    {
        var world = World(Memory with { OnLimit = LimitAction.Wait });
        world.Runs(1).Runs(2).Asks(3).Forget();
        world.Signal(Signal.Term);
        world.Tells("3 refused Stopping", "1 SIGTERM", "2 SIGTERM", "1 ended for a reason", "2 ended for a reason", "exit 0");
        Assert.Equal(0, world.ExitCode);
    }

    [Fact]
    public void A_file_of_servers_alone_waits_for_clients()
    {
        var world = new PoolWorld(Make.File() with { Servers = [Memory] });
        world.Passes("1h").Tells();
        world.Asks(1, run: 0, isTrusted: true).Names(1).Tells("1 granted", "1 go");
        world.Signal(Signal.Term).Tells("1 SIGTERM", "1 ended for a reason", "exit 0");
    }

    [Fact]
    public void A_memory_end_is_told_as_the_reason()
    {
        var world = World(Memory with { Limits = new CgroupLimits { MemoryMax = new ByteSize(64 << 20) } });
        world.Runs(1).Forget();
        world.Post(new Lifecycle.SystemEvent.OutOfMemory(
            world.RunOf(1), default, new OomCounts(1, 1, 1, 1, 0, 0), null));
        world.Exits(1).Tells("1 ended for a reason");
        Assert.Contains("memory_max of 64MiB", world.Reasons[1]!, StringComparison.Ordinal);
    }

    [Fact]
    public void Refusals_are_told_a_limited_number_a_minute()
    {
        var world = World(Memory with { MaxInstances = 1 });
        world.Runs(1);
        for (var id = 2; id < 1000; id++)
            _ = world.Asks(id);
        Assert.Equal(20, world.Log.Count(l => l.Contains("not launched", StringComparison.Ordinal)));
        world.Passes("1m");
        Assert.Contains("978 launches more refused since", world.Log);
    }

    [Fact]
    public void The_limit_of_a_server_of_the_file_is_told_behind_a_flood_of_other_refusals()
    {
        var world = World(limits: new LimitSettings { MaxInstances = 2 });
        world.Runs(1);
        for (var id = 2; id < 100; id++)
            _ = world.Asks(id, "no-such-server");
        world.Log.Clear();
        _ = world.Asks(100).Asks(101);
        Assert.Contains("memory: not launched", Assert.Single(world.Log, l => l.Contains("launched", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        world.Log.Clear();
        _ = world.Passes("1m");
        Assert.Contains("79 launches more refused since", world.Log);
    }

    [Fact]
    public void A_start_that_was_cut_off_is_said()
    {
        var world = World();
        world.Asks(1).Names(1).Launch(1, new LaunchEvent.ClientEnded());
        Assert.Contains(world.Log, line => line.Contains("ended while it started", StringComparison.Ordinal));
        world.Log.Clear();
        world.Runs(2).Launch(2, new LaunchEvent.ClientEnded());
        Assert.DoesNotContain(world.Log, line => line.Contains("ended while it started", StringComparison.Ordinal));
    }

    [Fact]
    public void An_instance_has_a_line_in_the_status()
    {
        var world = World();
        world.Runs(1);
        world.Signal(Signal.Usr1);
        Assert.Contains(world.Log, line => line.StartsWith("memory@", StringComparison.Ordinal) &&
            line.EndsWith("from gateway", StringComparison.Ordinal));
    }
}
