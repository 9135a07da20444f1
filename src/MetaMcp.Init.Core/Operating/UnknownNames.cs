using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Operating;

/// <summary>The answer to a name that is none of a service or server.</summary>
internal static class UnknownNames
{
    public static string Sentence(string name, Plan plan)
    {
        var names = new List<string>();
        foreach (var service in plan.Services)
            if (!service.IsRetired)
                names.Add(service.Name);
        foreach (var server in plan.Settings.Servers)
            names.Add(server.Name);
        var near = Suggestion.For(name, names);
        return $"no service or server has the name {Quoted.Text(name)}{(near.Length > 0 ? near : Known(names))}";
    }

    /// <summary>The names, as long as they are few.</summary>
    private static string Known(List<string> names) => names.Count switch
    {
        0 => "; the file has none",
        <= 12 => $"; there are: {string.Join(", ", names)}",
        _ => "; mcp-init status shows all",
    };
}
