using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>The log says of launched servers what a file means for them, at the start and at a reload.</summary>
public sealed class FilesOfServersTests
{
    private static readonly ServerSettings A = new() { Name = "a" };

    [Theory]
    [InlineData(0, "no service to start; servers may be launched")]
    [InlineData(1, "no service to start; 1 server may be launched")]
    [InlineData(2, "no service to start; 2 servers may be launched")]
    public void Without_services_it_says_that_servers_may_be_launched(int servers, string expected) =>
        Assert.Equal(expected, First(new Settings { Servers = [.. Enumerable.Range(0, servers).Select(i => A with { Name = $"s{i}" })] }));

    [Fact]
    public void With_services_these_are_counted() =>
        Assert.Equal("starting 1 service", First(Make.File(Make.Daemon("d")) with { Servers = [A] }));

    [Fact]
    public void The_status_of_no_service_counts_none()
    {
        var status = new SystemStatus(
            new Phase.Running(), TimeSpan.FromSeconds(7), 0, 0, [], ImmutableDictionary<string, int>.Empty, 0);
        Assert.Equal("running, up 7s, no service", status.ToString());
        Assert.Equal("running, up 7s, 0 of 1 service active", (status with { Services = 1 }).ToString());
    }

    [Fact]
    public void A_reload_names_the_servers_that_are_different()
    {
        var file = Make.File(Make.Daemon("d"));
        var world = new World(file with { Servers = [A, A with { Name = "b" }, A with { Name = "same" }] });
        world.Begin().Forget();
        world.Reloads(file with { Servers = [A with { MaxInstances = 3 }, A with { Name = "c" }, A with { Name = "same" }] }).Tells(
            "reloaded: restarting ; starting ; removing ; 1 unchanged",
            "reloaded: servers changed a, new c, removed b; launches from now on go by the new file");
        world.Reloads(file with { Servers = [A with { MaxInstances = 3 }, A with { Name = "c" }, A with { Name = "same" }] }).Tells(
            "reloaded: restarting ; starting ; removing ; 1 unchanged");
    }

    private static string First(Settings settings)
    {
        var supervisor = new Supervisor(Core.Planning.Plan.Build(settings).Plan!, seed: 1, new Instant(1));
        return supervisor.Handle(new SystemEvent.Begin(), new Instant(1)).OfType<Effect.Report>().First().Notice.ToString();
    }
}
