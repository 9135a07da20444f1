using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Core.Tests.Supervision.Make;

namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>
/// Ten minutes of virtual time in which main processes are killed at random, ten times a second, among services of every kind. The test
/// with real processes takes two minutes (<c>EndToEnd/Run/RandomKillTests</c>).
/// </summary>
public sealed class RandomKillTests
{
    private static readonly ServiceSettings[] Services =
    [
        Daemon("plain"), Daemon("base"), Daemon("middle").Needs("base") with { RestartWith = ["base"] }, Daemon("top").Needs("middle"),
        Daemon("probed").Probed() with
        {
            Probe = new ProbeSettings { Target = new ProbeTarget.Tcp("127.0.0.1:1"), Interval = Span("1s"), Retries = 2 },
                Ready = ReadyRule.Probe,
        },
        Daemon("leaving").StopTimeout("1s"), Daemon("stubborn").StopTimeout("1s"), Daemon("always").Policy(RestartPolicy.Always),
        Daemon("asked") with { StopCommand = ["/bin/stop"] },
        Daemon("brittle") with { Restart = Make.Restart with { Breaker = new BreakerSettings { OpenFor = Span("5s") } } },
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void After_ten_minutes_everything_is_there_and_after_the_stop_nothing(int seed)
    {
        var random = new Random(seed);
        // Short delays, so that there are processes to kill.
        var quick = new BackoffSettings { Initial = Span("100ms"), Max = Span("500ms"), Jitter = 0.2 };
        var world = new World(
            File([.. Services.Select(s => s.Backoff(quick))]) with { Shutdown = new ShutdownSettings { MaxConcurrent = 2 } });
        world.Program("leaving").LeavesBehind = true;
        world.Program("stubborn").Ignores(Signal.Term);
        world.Begin();
        var (kills, told) = (0, new List<string>());
        while (world.Elapsed < TimeSpan.FromMinutes(10))
        {
            world.Pass($"{random.Next(50, 151)}ms");
            var name = Services[random.Next(Services.Length)].Name;
            if (random.Next(20) == 0)
                world.Program("probed").Probe = random.Next(2) == 0 ? ProbeBehaviour.Succeeds : ProbeBehaviour.Fails;
            if (world.Runs(name))
            {
                world.IsKilledBy(name, random.Next(3) switch { 0 => Signal.Kill, 1 => Signal.FromNumber(11), _ => Signal.Term });
                kills++;
            }
            told.AddRange(world.Told());
        }
        Assert.True(kills > 2_000, $"{kills} kills are few");
        world.Program("probed").Probe = ProbeBehaviour.Succeeds;
        // By then the longest back-off and the open circuit are over.
        world.Pass("2m");
        Assert.All(Services, s => Assert.IsType<RunState.Ready>(world.RunOf(s.Name)));
        Assert.Equal(Services.Length, world.Registry.Entries.Count(e => e.Kind == EntryKind.Run));
        world.Signal(Signal.Term).Pass("30s");
        told.AddRange(world.Told());
        Assert.Equal(0, world.ExitCode);
        Assert.Empty(world.Registry.Entries);
        foreach (var service in Services)
            Assert.Equal(told.Count(l => l == $"start {service.Name}"), told.Count(l => Ended(l, service.Name)));
    }

    private static bool Ended(string line, string service) =>
        line.StartsWith($"{service} exit code ", StringComparison.Ordinal) ||
            line.StartsWith($"{service} killed by ", StringComparison.Ordinal);
}
