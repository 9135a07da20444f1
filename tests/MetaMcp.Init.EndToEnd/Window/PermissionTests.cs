using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Window;

/// <summary>A container that a group may operate too, and one whose init is a user's.</summary>
public sealed class PermissionContainers : IAsyncLifetime
{
    /// <summary>The group <c>games</c> of Debian.</summary>
    internal const int Group = 60;

    internal const int Owner = 1234;

    private WindowContainer? _shared;
    private WindowContainer? _owned;

    internal WindowContainer Of(bool isOwned) =>
        (isOwned ? _owned : _shared) ?? throw new InvalidOperationException("it has not started");

    public async ValueTask InitializeAsync()
    {
        const string Services = """
            control_group = "games"
            [service.web]
            command = ["%signals"]
            [service.other]
            command = ["%hang"]
            """;
        _shared = await WindowContainer.Start("[init]\nruntime_dir = \"%/run\"\n" + Services);
        _owned = await WindowContainer.Start(
            "[init]\nruntime_dir = \"%/run\"\n" + Services.Replace("control_group = \"games\"", "", StringComparison.Ordinal),
            setup => setup with { User = Owner });
    }

    public async ValueTask DisposeAsync()
    {
        if (_shared is not null)
            await _shared.DisposeAsync();
        if (_owned is not null)
            await _owned.DisposeAsync();
    }
}

/// <summary>Each kind of user with each verb.</summary>
public sealed class PermissionTests(PermissionContainers containers) : IClassFixture<PermissionContainers>
{
    private static readonly (string Words, bool IsForAll)[] Verbs =
    [
        ("status", true), ("status web", true), ("ps", true), ("events", true), ("health", true), ("is-ready", true), ("wait web", true),
        ("logs", false), ("logs web", false), ("signal SIGWINCH web", false), ("restart --wait other", false), ("stop --wait other", false),
        ("start --wait other", false), ("reload --wait", false),
    ];

    private static readonly (string Who, bool IsOwned, int? User, int? Group, bool MayAct)[] Users =
    [
        ("root", false, null, null, true), ("root, of a user's init", true, null, null, true),
        ("the owner", true, PermissionContainers.Owner, null, true),
        ("a member of the group", false, 4321, PermissionContainers.Group, true),
        ("a member of the group, of a user's init", true, 4321, PermissionContainers.Group, false),
        ("a stranger", false, 65534, null, false), ("a stranger, of a user's init", true, 65534, null, false),
    ];

    public static TheoryData<string, string> Matrix
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var user in Users)
                foreach (var verb in Verbs)
                    data.Add(user.Who, verb.Words);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Each_user_may_do_so_much(string who, string words)
    {
        var (_, isOwned, user, group, mayAct) = Users.Single(u => u.Who == who);
        var isForAll = Verbs.Single(v => v.Words == words).IsForAll;
        var container = containers.Of(isOwned);
        var said = await container.Ask(Operator.Root with { User = user, Group = group }, words.Split(' '));
        if (isForAll || mayAct)
        {
            Assert.True(said.Code == 0, $"{said.Code} {said.Output}{said.Error}");
            return;
        }
        Assert.Equal((1, ""), (said.Code, said.Output));
        Assert.Contains("Only root and the user of mcp-init may", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_stranger_asked_for_has_not_happened_and_what_others_did_is_in_the_events()
    {
        var container = containers.Of(false);
        var since = (await container.Service("web")).GetProperty("pid").GetInt32();
        foreach (var verb in (string[])["stop web", "restart web", "signal SIGTERM web", "shutdown", "shutdown --emergency", "reload"])
            Assert.Equal(1, (await container.Ask(Operator.Root with { User = 65534 }, verb.Split(' '))).Code);
        Assert.Equal(since, (await container.Service("web")).GetProperty("pid").GetInt32());
        Assert.DoesNotContain("user 65534", (await container.Ask("events")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await container.Ask(
            Operator.Root with { User = 4321, Group = PermissionContainers.Group }, "signal", "SIGWINCH", "web")).Code);
        Assert.Contains("signal web SIGWINCH: asked by user 4321", (await container.Ask("events")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_of_another_user_may_look_and_not_act()
    {
        await using var container = await WindowContainer.Start($$"""
            [service.other]
            command = ["%hang"]
            [service.asker]
            type = "oneshot"
            command = ["/bin/sh", "-c", '''
            export MCP_INIT_RUNTIME_DIR=%/run
            for verb in is-ready stop logs shutdown; do
              case $verb in is-ready | stop) {{Files.Binary}} $verb other ;; *) {{Files.Binary}} $verb ;; esac
              echo $verb $?
            done''']
            user = "nobody"
            log = "inherit"
            after = ["other"]
            """);
        foreach (var line in (string[])["is-ready 0", "stop 1", "logs 1", "shutdown 1"])
            // Its output does not pass through mcp-init, and may come after the notice that all is up.
            await container.Init.WaitFor(line);
        Assert.Equal("ready", await container.State("other"));
    }
}
