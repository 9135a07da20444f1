using System.Collections.Immutable;
using System.Globalization;
using MetaMcp.Init.Core.Runs;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>The instances that a refusal names.</summary>
internal sealed class Holders(Response response, InstanceTable instances, Registry registry)
{
    private const int MostNamed = 16;

    /// <summary>The instances that hold the places, the oldest first; those of other services are counted only.</summary>
    /// <param name="asking">The launch.</param>
    /// <param name="isOfAll">Whether the limit is that of all servers.</param>
    public ImmutableArray<string> For(Instance asking, bool isOfAll)
    {
        var own = new List<Instance>();
        var (more, others) = (0, 0);
        foreach (var instance in instances.All)
        {
            if (!instance.HasPlace || !(isOfAll || instance.Server.Name == asking.Server.Name))
                continue;
            if (instance.Service != asking.Service)
                others++;
            else if (own.Count < MostNamed)
                own.Add(instance);
            else
                more++;
        }
        own.Sort((a, b) => a.Since.Nanoseconds.CompareTo(b.Since.Nanoseconds));
        var lines = ImmutableArray.CreateBuilder<string>(own.Count + 2);
        foreach (var instance in own)
            lines.Add(LineOf(instance));
        if (more > 0)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{more} more"));
        if (others > 0)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{others} more of other services"));
        return lines.DrainToImmutable();
    }

    private string LineOf(Instance instance)
    {
        var pid = instance.Run is { } run && RunPredicates.MainOf(run) is { } main
            ? string.Create(CultureInfo.InvariantCulture, $", pid {main}") : "";
        var idle = instance.IdleSince == Instant.Never
            ? "" : $", idle for {Duration.FormatRounded(response.Now - instance.IdleSince)}";
        return $"{registry.Ids.Of(instance.RunNumber)} ({instance.Server.Name}{pid}, " +
            $"up {Duration.FormatRounded(response.Now - instance.Since)}{idle})";
    }
}
