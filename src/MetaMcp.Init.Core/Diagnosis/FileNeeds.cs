using MetaMcp.Init.Core.Cgroups;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>The file's demands on the container, service by service.</summary>
internal sealed class FileNeeds
{
    private readonly List<Part> _parts = [];

    private FileNeeds(Plan? plan) => Plan = plan;

    /// <summary>A service or a server.</summary>
    internal sealed class Part(string name, ProcessAttributes attributes, CgroupLimits limits)
    {
        public string Name { get; } = name;
        public ProcessAttributes Attributes { get; } = attributes;
        public CgroupLimits Limits { get; } = limits;
    }

    /// <summary>Null without a file: then nothing is asked.</summary>
    public Plan? Plan { get; }

    /// <summary>The controllers that the limits of the file need, as <c>run</c> determines them.</summary>
    public Controllers Controllers => Plan is null ? Controllers.None : LimitFiles.NeededBy(Plan.Settings);

    public Enforcement Enforce => Plan?.Settings.Limits.Enforce ?? Enforcement.Prefer;

    /// <summary>The severity if the kernel cannot enforce limits of this kind: a refusal to start if the file requires it.</summary>
    public FindingSeverity SeverityWithout(Controllers controller) => Enforce switch
    {
        Enforcement.Off => FindingSeverity.Info,
        Enforcement.Require when Controllers.HasFlag(controller) => FindingSeverity.Error,
        _ => FindingSeverity.Warning,
    };

    /// <summary>Services, and servers as often as they may run at once; null is no bound.</summary>
    public long? Instances { get; private init; }

    public static FileNeeds Of(Plan? plan)
    {
        if (plan is null)
            return new FileNeeds(null);
        var settings = plan.Settings;
        long all = plan.Services.Length;
        foreach (var server in settings.Servers)
            all += server.MaxInstances ?? settings.Limits.MaxPerType ?? 1;
        var needs = new FileNeeds(plan)
        {
            Instances = settings.Limits.MaxInstances is { } most ? Math.Max(plan.Services.Length, Math.Min(all, most)) : all,
        };
        foreach (var service in settings.Services)
            needs._parts.Add(new Part(service.Name, service.Attributes, service.Limits));
        foreach (var server in settings.Servers)
            needs._parts.Add(new Part(server.Name, server.Attributes, server.Limits));
        return needs;
    }

    /// <summary>The names of the services that ask for something.</summary>
    public List<string> Names(Func<Part, bool> asks)
    {
        List<string> names = [];
        foreach (var part in _parts)
            if (asks(part))
                names.Add(part.Name);
        return names;
    }

    /// <summary><c>backend, frontend and 3 more</c></summary>
    public static string List(List<string> names)
    {
        const int Shown = 4;
        return names.Count > Shown
            ? $"{string.Join(", ", names.GetRange(0, Shown))} and {names.Count - Shown} more"
            : string.Join(", ", names);
    }
}
