using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Planning;

/// <summary>Settings whose dependency graph has been checked: acyclic, every name known.</summary>
public sealed class Plan
{
    private Plan(Settings settings, DependencyGraph graph, List<int> order)
    {
        Settings = settings;
        Services =
        [
            .. settings.Services.Select((service, i) => new PlannedService
            {
                Index = i,
                Settings = service,
                DependsOn = graph.DependsOn[i],
                After = graph.After[i],
                Dependents = graph.Dependents[i],
            }),
        ];
        StartWaves = Waves.Of(order, i => graph.WaitsFor(i).Select(e => e.To));
        order.Reverse();
        StopWaves = Waves.Of(order, i => graph.Dependents[i]);
        LongestStop = StopPath.Longest(order, Services);
    }

    private Plan(Settings settings, ImmutableArray<PlannedService> services, Plan shown)
    {
        Settings = settings;
        Services = services;
        (StartWaves, StopWaves, LongestStop) = (shown.StartWaves, shown.StopWaves, shown.LongestStop);
    }

    public Settings Settings { get; }

    /// <summary>In the order of the file; behind them those that <see cref="Supervised"/> adds.</summary>
    public ImmutableArray<PlannedService> Services { get; }

    /// <summary>Each wave can start once the ones before it are ready. For display: nothing waits for a whole wave.</summary>
    public ImmutableArray<ImmutableArray<int>> StartWaves { get; }

    /// <summary>Each wave can stop once the ones before it have stopped.</summary>
    public ImmutableArray<ImmutableArray<int>> StopWaves { get; }

    /// <summary>The chain of services that may take longest to stop, in the order in which they stop.</summary>
    public StopPath LongestStop { get; }

    /// <summary>Plans what was read from a file, so that errors of both kinds are shown at once.</summary>
    public static PlanResult Of(ConfigResult read)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (read.Readable is not { } settings)
            return new PlanResult(null, read.Diagnostics);
        var result = Build(settings);
        return new PlanResult(
            read.Settings is null ? null : result.Plan, Diagnostic.Sort(read.Diagnostics.Concat(result.Diagnostics)));
    }

    public static PlanResult Build(Settings settings)
    {
        List<Diagnostic> diagnostics = [];
        var graph = new DependencyGraph(settings, diagnostics);
        var order = graph.Order();
        if (order.Count < graph.Count)
            diagnostics.AddRange(Cycles.Find(graph).Select(c => Describe(c, graph, settings)));
        diagnostics.AddRange(NameChecks.Find(settings));
        diagnostics.AddRange(StdinChecks.Find(settings));
        diagnostics.AddRange(ServerChecks.Errors(settings));
        if (diagnostics.Count > 0)
            return new PlanResult(null, Diagnostic.Sort(diagnostics));
        var plan = new Plan(settings, graph, order);
        return new PlanResult(plan, Diagnostic.Sort(PlanWarnings.Find(plan)));
    }

    /// <summary>
    /// The plan that is run: with the services that are not in the file. They stop after all others, so that they can be asked about a
    /// shutdown until its end. The waves, and all that is shown of a plan, are those of the file.
    /// </summary>
    /// <param name="mayChangeUser">mcp-init may start processes of other users.</param>
    public Plan Supervised(bool mayChangeUser) => ServeService.Of(Settings, mayChangeUser) is not { } serve ? this
        : new Plan(
            Settings,
            Services.Add(new PlannedService
            {
                Index = Services.Length,
                Settings = serve,
                DependsOn = [],
                After = [],
                Dependents = [.. Enumerable.Range(0, Services.Length)],
            }),
            this);

    /// <summary>
    /// The plan in force after a reload. Services that are in both files keep their index; new ones get a vacant index or one at the
    /// end; services that are gone from the file stay until they have ended, and those that need them end first. The waves are those
    /// of the new file alone.
    /// </summary>
    public static Plan Succeed(Plan before, Plan read, Func<int, bool> vacant)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(vacant);
        var places = new Dictionary<string, int>();
        var free = new Queue<int>();
        foreach (var service in before.Services)
        {
            if (vacant(service.Index))
                free.Enqueue(service.Index);
            else
                places[service.Name] = service.Index;
        }
        var count = before.Services.Length;
        var to = new int[read.Services.Length];
        foreach (var service in read.Services)
            to[service.Index] = places.TryGetValue(service.Name, out var place) ? place : free.TryDequeue(out var freed) ? freed : count++;
        var services = new PlannedService[count];
        foreach (var service in read.Services)
            services[to[service.Index]] = service with
            {
                Index = to[service.Index],
                DependsOn = Moved(service.DependsOn, to),
                After = Moved(service.After, to),
                Dependents = Moved(service.Dependents, to),
            };
        foreach (var service in before.Services)
            services[service.Index] ??= service with { IsRetired = true, DependsOn = [], After = [] };
        // A retired service ends before the services that it needed, and after the retired services that need it.
        foreach (var service in before.Services)
        {
            if (!services[service.Index].IsRetired || vacant(service.Index))
                continue;
            services[service.Index] = services[service.Index] with { Dependents = Retired(service) };
        }
        // The previous file, or the one before it, knows which service needed which.
        foreach (var service in before.Services)
        {
            if (services[service.Index] is not { IsRetired: false } kept || kept.Name != service.Name)
                continue;
            foreach (var dependent in Retired(service))
                if (!vacant(dependent))
                    kept = kept with { Dependents = kept.Dependents.Add(dependent) };
            services[service.Index] = kept;
        }
        return new Plan(read.Settings, [.. services], read);

        ImmutableArray<int> Retired(PlannedService service)
        {
            var retired = ImmutableArray.CreateBuilder<int>(service.Dependents.Length);
            foreach (var dependent in service.Dependents)
                if (services[dependent].IsRetired && services[dependent].Name == before.Services[dependent].Name)
                    retired.Add(dependent);
            return retired.DrainToImmutable();
        }
    }

    private static ImmutableArray<int> Moved(ImmutableArray<int> indices, int[] to)
    {
        var moved = ImmutableArray.CreateBuilder<int>(indices.Length);
        foreach (var index in indices)
            moved.Add(to[index]);
        return moved.MoveToImmutable();
    }

    private static Diagnostic Describe(List<int> cycle, DependencyGraph graph, Settings settings)
    {
        var next = cycle[1 % cycle.Count];
        var edge = graph.WaitsFor(cycle[0]).First(e => e.To == next);
        var names = cycle.Append(cycle[0]).Select(i => settings.Services[i].Name);
        return new Diagnostic(Severity.Error, edge.At, $"services wait for each other in a circle: {string.Join(" → ", names)}");
    }
}
