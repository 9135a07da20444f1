namespace MetaMcp.Init.Core.Planning;

/// <summary>Finds cycles of the graph: the shortest one for each set of services that all wait for each other.</summary>
internal static class Cycles
{
    /// <returns>Each cycle as services in waiting order; the first in the file comes first and is not repeated at the end.</returns>
    public static List<List<int>> Find(DependencyGraph graph)
    {
        var groups = Groups(graph);
        var found = new List<List<int>>();
        var seen = new HashSet<int>();
        for (var service = 0; service < graph.Count; service++)
        {
            // A group is identified by the first of its services. It has a cycle if a path leads back there.
            if (seen.Add(groups[service]) && Shortest(graph, groups, service) is { } cycle)
                found.Add(cycle);
        }
        return found;
    }

    /// <summary>Strongly connected components (Tarjan, with a stack of its own instead of recursion).</summary>
    private static int[] Groups(DependencyGraph graph)
    {
        var groups = new int[graph.Count];
        var number = new int[graph.Count];
        var low = new int[graph.Count];
        var nextEdge = new int[graph.Count];
        Array.Fill(groups, -1);
        var open = new Stack<int>();
        var path = new Stack<int>();
        var numbers = 0;
        for (var root = 0; root < graph.Count; root++)
        {
            if (number[root] != 0)
                continue;
            path.Push(root);
            while (path.TryPeek(out var service))
            {
                if (number[service] == 0)
                {
                    number[service] = low[service] = ++numbers;
                    open.Push(service);
                }
                var edges = graph.WaitsFor(service);
                if (nextEdge[service] < edges.Count)
                {
                    var to = edges[nextEdge[service]++].To;
                    if (number[to] == 0)
                        path.Push(to);
                    else if (groups[to] < 0)
                        low[service] = Math.Min(low[service], number[to]);
                    continue;
                }
                path.Pop();
                if (path.TryPeek(out var parent))
                    low[parent] = Math.Min(low[parent], low[service]);
                if (low[service] == number[service])
                    while (groups[service] < 0)
                        groups[open.Pop()] = service;
            }
        }
        return groups;
    }

    /// <summary>Breadth first within the group, until an edge leads back to the start.</summary>
    private static List<int>? Shortest(DependencyGraph graph, int[] groups, int start)
    {
        var reachedFrom = new Dictionary<int, int> { [start] = -1 };
        var queue = new Queue<int>([start]);
        while (queue.TryDequeue(out var service))
        {
            foreach (var edge in graph.WaitsFor(service))
            {
                if (edge.To == start)
                {
                    List<int> cycle = [];
                    for (var at = service; at >= 0; at = reachedFrom[at])
                        cycle.Add(at);
                    cycle.Reverse();
                    return cycle;
                }
                if (groups[edge.To] == groups[start] && reachedFrom.TryAdd(edge.To, service))
                    queue.Enqueue(edge.To);
            }
        }
        return null;
    }
}
