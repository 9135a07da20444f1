using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;

namespace MetaMcp.Init.Core.Planning;

/// <summary>A name in depends_on or after: the service of that name, and the position of the name.</summary>
internal sealed class Edge(int to, SourcePosition at)
{
    public int To => to;

    public SourcePosition At => at;
}

/// <summary>
/// The services that each service waits for, by index. All code here is linear in services and edges and keeps its own stack: a file
/// of ten thousand services in a row must not end PID 1.
/// </summary>
internal sealed class DependencyGraph
{
    private readonly List<Edge>[] waitsFor;

    /// <summary>Names of no service, and names that make no sense, are reported and left out.</summary>
    public DependencyGraph(Settings settings, List<Diagnostic> diagnostics)
    {
        var services = settings.Services;
        var byName = new Dictionary<string, int>(services.Length, StringComparer.Ordinal);
        for (var i = 0; i < services.Length; i++)
        {
            if (!byName.TryAdd(services[i].Name, i))
                Error(settings.Origin.Service(i).Table, $"[service.{services[i].Name}] is given twice");
        }
        waitsFor = new List<Edge>[services.Length];
        DependsOn = new ImmutableArray<int>[services.Length];
        After = new ImmutableArray<int>[services.Length];
        // The number of the list that last named a service: a set that need not be emptied.
        var namedBy = new int[services.Length];
        var waitedForBy = new int[services.Length];
        var list = 0;
        for (var i = 0; i < services.Length; i++)
        {
            var (service, origin) = (services[i], settings.Origin.Service(i));
            waitsFor[i] = [];
            DependsOn[i] = Resolve("depends_on", service.DependsOn, origin.DependsOn);
            After[i] = Resolve("after", service.After, origin.After);

            ImmutableArray<int> Resolve(string key, ImmutableArray<string> names, SourcePosition[] positions)
            {
                list++;
                var found = new List<int>(names.Length);
                for (var n = 0; n < names.Length; n++)
                {
                    var at = origin.Of(positions, n);
                    if (!byName.TryGetValue(names[n], out var to))
                        Error(at,
                            $"{service.Name}: {key} names {Quoted.Text(names[n])}, and there is no such " +
                            $"service{Suggestion.For(names[n], byName.Keys)}");
                    else if (to == i)
                        Error(at, $"{service.Name}: {key} names the service itself");
                    else if (namedBy[to] == list)
                        Error(at, $"{service.Name}: {key} names \"{names[n]}\" twice");
                    else
                    {
                        namedBy[to] = list;
                        found.Add(to);
                        if (waitedForBy[to] != i + 1)
                            waitsFor[i].Add(new Edge(to, at));
                        waitedForBy[to] = i + 1;
                    }
                }
                return [.. found];
            }
        }
        Dependents = Reverse();

        void Error(SourcePosition at, string message) => diagnostics.Add(new Diagnostic(Severity.Error, at, message));
    }

    public int Count => waitsFor.Length;

    public ImmutableArray<int>[] DependsOn { get; }

    public ImmutableArray<int>[] After { get; }

    /// <summary>For each service the services that wait for it, by either key, in the order of the file.</summary>
    public ImmutableArray<int>[] Dependents { get; }

    /// <summary>The services that a service waits for, by either key, each once.</summary>
    public IReadOnlyList<Edge> WaitsFor(int service) => waitsFor[service];

    /// <summary>Every service after those it waits for; services in a cycle, or behind one, are left out.</summary>
    public List<int> Order()
    {
        var open = Array.ConvertAll(waitsFor, e => e.Count);
        var order = new List<int>(Count);
        for (var i = 0; i < Count; i++)
            if (open[i] == 0)
                order.Add(i);
        for (var next = 0; next < order.Count; next++)
            foreach (var dependent in Dependents[order[next]])
                if (--open[dependent] == 0)
                    order.Add(dependent);
        return order;
    }

    private ImmutableArray<int>[] Reverse()
    {
        var reverse = new List<int>[Count];
        for (var i = 0; i < Count; i++)
            reverse[i] = [];
        for (var i = 0; i < Count; i++)
            foreach (var edge in waitsFor[i])
                reverse[edge.To].Add(i);
        return Array.ConvertAll(reverse, r => r.ToImmutableArray());
    }
}
