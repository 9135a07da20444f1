using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>What a file asks of the container, service by service.</summary>
internal sealed class FileNeeds
{
    private readonly List<Part> _parts = [];

    private FileNeeds(Plan? plan) => Plan = plan;

    /// <summary>A service or a server.</summary>
    internal sealed record Part(string Name, ProcessAttributes Attributes, CgroupLimits Limits);

    /// <summary>Null without a file: then nothing is asked.</summary>
    public Plan? Plan { get; }

    public Enforcement Enforce => Plan?.Settings.Limits.Enforce ?? Enforcement.Prefer;

    /// <summary>Services, and servers as often as they may run at once; null is no bound.</summary>
    public long? Instances { get; private init; }

    public static FileNeeds Of(Plan? plan)
    {
        if (plan is null)
            return new FileNeeds(null);
        var settings = plan.Settings;
        var servers = settings.Servers.Sum(s => (long)(s.MaxInstances ?? settings.Limits.MaxPerType ?? 1));
        var all = plan.Services.Length + servers;
        var needs = new FileNeeds(plan) { Instances = settings.Limits.MaxInstances is { } most ? Math.Max(plan.Services.Length, Math.Min(all, most)) : all };
        foreach (var service in settings.Services)
            needs._parts.Add(new Part(service.Name, service.Attributes, service.Limits));
        foreach (var server in settings.Servers)
            needs._parts.Add(new Part(server.Name, server.Attributes, server.Limits));
        return needs;
    }

    /// <summary>The names of those that ask for something.</summary>
    public ImmutableArray<string> Who(Func<Part, bool> asks) => [.. _parts.Where(asks).Select(p => p.Name)];

    /// <summary><c>backend, frontend and 3 more</c></summary>
    public static string List(ImmutableArray<string> names)
    {
        const int Shown = 4;
        return string.Join(", ", names.Take(Shown)) + (names.Length > Shown ? $" and {names.Length - Shown} more" : "");
    }
}
