using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Planning;

/// <summary>
/// The graph for Graphviz, from each service to those that wait for it: solid for depends_on, dashed for after, boxes for oneshots, a
/// thick line around required services.
/// </summary>
internal static class PlanDot
{
    public static string Render(Plan plan)
    {
        var dot = new StringBuilder("digraph \"mcp-init\" {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", shape=ellipse];\n");
        foreach (var service in plan.Services)
        {
            var shape = service.Settings.Type == ServiceType.Oneshot ? ", shape=box" : "";
            var width = service.Settings.Required ? ", penwidth=2" : "";
            dot.Append($"  \"{service.Name}\" [label=\"{service.Name}\"{shape}{width}];\n");
        }
        foreach (var service in plan.Services)
        {
            foreach (var dependency in service.DependsOn)
                dot.Append($"  \"{plan.Services[dependency].Name}\" -> \"{service.Name}\";\n");
            foreach (var earlier in service.After.Except(service.DependsOn))
                dot.Append($"  \"{plan.Services[earlier].Name}\" -> \"{service.Name}\" [style=dashed];\n");
        }
        return dot.Append("}\n").ToString();
    }
}
