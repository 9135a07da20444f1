using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Tests.Launching;
using MetaMcp.Init.Core.Tests.Supervision;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Monitoring;

/// <summary>
/// Whole systems of generated servers and services whose memory is critical until nothing more may be ended: which of them end, in which
/// order and how far apart. Each has services that are required, optional and never restarted, and servers that are busy and idle.
/// </summary>
public sealed class PopulationTests
{
    private const long MiB = 1 << 20;
    private const long Cap = 1000 * MiB;

    [Theory]
    [InlineData(Controllers.Memory, Controllers.None)]
    [InlineData(Controllers.None, Controllers.Memory)]
    public void A_thousand_systems_end_their_runs_in_the_order_of_the_specification(Controllers counted, Controllers sampled)
    {
        var random = new Random(16);
        var (actions, helpless) = (0, 0);
        for (var system = 0; system < 1_000; system++)
        {
            var population = new Population(random, counted, sampled);
            population.BecomesCritical();
            Assert.Equal(population.Expected, population.Ended);
            foreach (var (first, second) in population.Times.Zip(population.Times.Skip(1)))
                Assert.True(second - first >= TimeSpan.FromSeconds(2), $"{second - first}");
            actions += population.Ended.Count;
            helpless += population.IsHelpless ? 1 : 0;
            Assert.Equal(population.Expected.Count == 0 || !population.EndsRelieved, population.IsHelpless);
        }
        // The generator reaches both.
        Assert.True(actions > 2_000 && helpless is > 20 and < 980, $"{actions} {helpless}");
    }

    private sealed class Population
    {
        private readonly PoolWorld _world;
        private readonly List<(string Name, int Rank, long Order, long Size)> _members = [];
        private readonly long _required;

        public Population(Random random, Controllers counted, Controllers sampled)
        {
            var optional = random.Next(4);
            var services = Enumerable.Range(0, optional).Select(i => Make.Daemon($"o{i}").Policy(RestartPolicy.Never));
            _world = new PoolWorld(
                Make.File([Make.Daemon("gateway").Required(), .. services]) with
                {
                    Servers = [ServerSettings.Default("memory", new ShutdownSettings()) with { Command = ["/bin/memory"] }],
                    Limits = new LimitSettings { Memory = new ByteSize(Cap) },
                },
                counted, sampled);
            // Below the last reserve, so that the gateway is never a candidate.
            _required = random.Next(2) == 0 ? 920 * MiB : 300 * MiB;
            var servers = random.Next(5);
            for (var id = 1; id <= servers; id++)
                _ = _world.Runs(id);
            for (var id = 1; id <= servers; id++)
            {
                _ = _world.Passes("2m");
                var isIdle = random.Next(2) == 0;
                if (isIdle)
                    _ = _world.Launch(id, new LaunchEvent.Idle(IsIdle: true));
                var size = (1 + (10 * random.Next(8))) * MiB + (id * MiB);
                _members.Add(($"memory@{_world.RunOf(id)}", isIdle ? 0 : 1, isIdle ? id : -size, size));
            }
            for (var i = 0; i < optional; i++)
            {
                var size = (1 + (10 * random.Next(8)) + i) * MiB;
                _members.Add(($"o{i}", 2, -size, size));
            }
            _servers = servers;
        }

        private readonly int _servers;

        /// <summary>The names of those that have to end, by the words of the specification.</summary>
        public List<string> Expected { get; } = [];

        /// <summary>Whether the memory that is left in the end is below the threshold.</summary>
        public bool EndsRelieved { get; private set; }

        /// <summary>Where the kernel enforces no cap, a run goes for the cap itself too; the order is the same.</summary>
        public IReadOnlyList<string> Ended =>
        [
            .. _world.Heard.Where(t =>
                t.Notice.Kind == Notices.PressureRelieved || t.Notice.Kind == Notices.LaunchOverLimit ||
                t.Notice.Kind == Notices.ServiceOverLimit)
                .Select(t => (t.Notice["Server"] as string ?? t.Notice.Service)!),
        ];

        /// <summary>When memory was relieved.</summary>
        public IReadOnlyList<Instant> Times =>
            [.. _world.Heard.Where(t => t.Notice.Kind == Notices.PressureRelieved).Select(t => t.At)];

        public bool IsHelpless => _world.Heard.Exists(t => t.Notice.Kind == Notices.PressureHelpless);

        /// <summary>All have their sizes at once, and at least 920 MiB of the 1000 are used.</summary>
        public void BecomesCritical()
        {
            var required = Math.Max(_required, (920 * MiB) - _members.Sum(m => m.Size));
            required = Math.Min(required, 960 * MiB);
            var left = required + _members.Sum(m => m.Size);
            foreach (var member in _members.OrderBy(m => m.Rank).ThenBy(m => m.Order))
            {
                if (left < 900 * MiB)
                    break;
                Expected.Add(member.Name);
                left -= member.Size;
            }
            EndsRelieved = left < 900 * MiB;
            for (var id = 1; id <= _servers; id++)
                _world.Memory[id] = _members[id - 1].Size;
            foreach (var (name, _, _, size) in _members.Skip(_servers))
                _world.MemoryOfServices[name] = size;
            _world.MemoryOfServices["gateway"] = required;
            if (!_world.IsSampled)
                _ = _world.Post(SystemEvent.PressureWireTripped.Instance);
            _ = _world.Passes("1m");
        }
    }
}
