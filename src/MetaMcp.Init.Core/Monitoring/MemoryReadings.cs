using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>
/// At each beat of a probe, and every interval of [health]: how near services, and all services together, come to their memory caps. A
/// passed threshold, up or down, is reported; nothing else follows. If the kernel does not count memory, the looks of
/// <see cref="LimitWatch"/> provide the figures.
/// </summary>
internal sealed class MemoryReadings(Response response, ServiceTable services, Phases phases, MemoryPolling memory)
{
    private MemoryLevel _levelOfAll;

    public void Read()
    {
        memory.Looked(response.Now);
        var runs = ImmutableArray.CreateBuilder<long>();
        for (var service = 0; service < services.States.Length; service++)
            if (memory.IsWatched(service, services.States[service]))
                runs.Add(StatePredicates.RunOf(services.States[service])!.Value);
        response.Add(new Effect.ReadMemory(runs.DrainToImmutable()));
    }

    public void Heard(SystemEvent.MemoryRead read)
    {
        if (phases.IsEnding || !services.Plan.Settings.Limits.Monitoring || services.OwnerOf(read.RunNumber) is not { } service)
            return;
        Weigh(service, read.Memory);
        if (services.Plan.Settings.Limits.Memory is not { } cap || read.OfAll is not { } used)
            return;
        var level = MemoryThresholds.Of(_levelOfAll, used, cap, services.Plan.Settings.Limits);
        if (level != _levelOfAll)
            response.Tell(Passed(null, level, new ByteSize(used), cap));
        _levelOfAll = level;
    }

    public void Weigh(int service, long used)
    {
        if (!services.Plan.Settings.Limits.Monitoring || services.SettingsOf(service).Limits.MemoryMax is not { } cap)
            return;
        ref var record = ref services.Records[service];
        var level = MemoryThresholds.Of(record.Level, used, cap, services.Plan.Settings.Limits);
        if (level != record.Level)
            response.Tell(Passed(services.NameOf(service), level, new ByteSize(used), cap), services.RunOf(service));
        record = record with { Level = level, Memory = new ByteSize(used) };
    }

    /// <summary>A threshold was passed, up or down.</summary>
    private static Notice Passed(string? service, MemoryLevel level, ByteSize used, ByteSize cap)
    {
        var percent = (int)(used.Bytes * 100.0 / cap.Bytes);
        return level == MemoryLevel.Normal
            ? Notices.MemoryNormal.Of(service, used, cap, percent)
            : Notices.MemoryHigh.Of(service, level == MemoryLevel.Critical ? "critical" : "high", used, cap, percent);
    }
}
