using System.Collections.Immutable;
using CsCheck;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Tests.Planning;

public sealed class GraphPropertiesTests
{
    private const int Cases = 10_000;

    /// <summary>Up to 12 services with any edges, so circles are common.</summary>
    private static readonly Gen<Settings> Any = Graphs((count, from, to) => from != to);

    /// <summary>Edges lead only to earlier services of a shuffled order, so there is no circle.</summary>
    private static readonly Gen<Settings> Acyclic = Graphs((count, from, to) => Shuffled(from, count) > Shuffled(to, count));

    [Fact]
    public void A_graph_is_planned_exactly_when_nothing_can_reach_itself() => Any.Sample(
        settings => (Plan.Build(settings).Plan is null) == Enumerable.Range(0, settings.Services.Length).Any(i => Reaches(settings, i, i)),
        iter: Cases);

    [Fact]
    public void Every_circle_shown_is_one_and_they_share_no_service() => Any.Sample(
        settings =>
        {
            var seen = new HashSet<string>();
            foreach (var diagnostic in Plan.Build(settings).Diagnostics)
            {
                var names = diagnostic.Message[(diagnostic.Message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..].Split(" → ");
                if (names[0] != names[^1] || !names.Skip(1).All(seen.Add) || !names.Zip(names.Skip(1))
                    .All(e => HasEdge(settings, e.First, e.Second)))
                    return false;
            }
            return true;
        },
        iter: Cases);

    [Fact]
    public void Every_service_starts_one_wave_after_the_last_it_waits_for() => Acyclic.Sample(
        settings => Plan.Build(settings).Plan is { } plan
            && Levels(plan.StartWaves, plan).SequenceEqual(plan.Services.Select(s => Depth(plan, s, p => p.DependsOn.Concat(p.After)))),
        iter: Cases);

    [Fact]
    public void Every_service_stops_one_wave_after_the_last_that_waits_for_it() => Acyclic.Sample(
        settings => Plan.Build(settings).Plan is { } plan
            && Levels(plan.StopWaves, plan).SequenceEqual(plan.Services.Select(s => Depth(plan, s, p => p.Dependents))),
        iter: Cases);

    [Fact]
    public void Dependents_are_the_other_end_of_every_edge() => Acyclic.Sample(
        settings => Plan.Build(settings).Plan is { } plan
            && plan.Services.All(
                s => s.Dependents.SequenceEqual(
                plan.Services.Where(d => d.DependsOn.Concat(d.After).Contains(s.Index)).Select(d => d.Index))),
        iter: Cases);

    private static Gen<Settings> Graphs(Func<int, int, int, bool> allowed) =>
        from count in Gen.Int[1, 12]
        from edges in Gen.Select(Gen.Int[0, count - 1], Gen.Int[0, count - 1], Gen.Bool).List[0, 2 * count]
        select PlanTests.Make(Enumerable.Range(0, count).Select(i =>
        {
            var own = edges.Where(e => e.Item1 == i && allowed(count, i, e.Item2)).DistinctBy(e => e.Item2).ToList();
            string Names(bool isAfter) => string.Join(',', own.Where(e => e.Item3 == isAfter).Select(e => $"s{e.Item2}"));
            return $"s{i}: {Names(false)}:: {Names(true)}";
        }));

    /// <summary>The position of a service in an order that is not the file's.</summary>
    private static int Shuffled(int service, int count) => (service * 5 + 3) % 13 * count + service;

    private static bool Reaches(Settings settings, int from, int to)
    {
        var seen = new HashSet<string>();
        var queue = new Queue<string>(Edges(settings.Services[from]));
        while (queue.TryDequeue(out var name))
            if (seen.Add(name))
                foreach (var next in Edges(settings.Services.First(s => s.Name == name)))
                    queue.Enqueue(next);
        return seen.Contains(settings.Services[to].Name);
    }

    private static IEnumerable<string> Edges(ServiceSettings service) => service.DependsOn.Concat(service.After);

    private static bool HasEdge(Settings settings, string from, string to) =>
        Edges(settings.Services.First(s => s.Name == from)).Contains(to);

    private static IEnumerable<int> Levels(ImmutableArray<ImmutableArray<int>> waves, Plan plan)
    {
        var levels = waves.SelectMany((wave, level) => wave.Select(service => (service, level))).ToDictionary(p => p.service, p => p.level);
        return plan.Services.Select(s => levels[s.Index]);
    }

    private static int Depth(Plan plan, PlannedService service, Func<PlannedService, IEnumerable<int>> before) =>
        before(service).Select(i => 1 + Depth(plan, plan.Services[i], before)).DefaultIfEmpty(0).Max();
}
