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
    /// <summary>
    /// An exact figure is shown for this time, although rough looks follow it twice a second: near the cap of all services together, close
    /// looks follow one another about as fast.
    /// </summary>
    private static readonly TimeSpan ShownFor = TimeSpan.FromSeconds(6);

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
        Weigh(service, read.Memory, isRough: false);
        if (read.OfAll is { } used)
            WeighAll(used);
    }

    /// <param name="used">The memory of all services and servers together, in bytes.</param>
    public void WeighAll(long used)
    {
        if (services.Plan.Settings.Limits.Memory is not { } cap)
            return;
        var level = MemoryThresholds.Of(_levelOfAll, used, cap, services.Plan.Settings.Limits);
        if (level != _levelOfAll)
            response.Tell(Passed(null, level, new ByteSize(used), cap));
        _levelOfAll = level;
    }

    /// <param name="service">The service.</param>
    /// <param name="used">In bytes.</param>
    /// <param name="isRough">Whether the figure is that of a rough look, and may be far above the use.</param>
    public void Weigh(int service, long used, bool isRough)
    {
        if (!services.Plan.Settings.Limits.Monitoring || services.SettingsOf(service).Limits.MemoryMax is not { } cap)
            return;
        ref var record = ref services.Records[service];
        var level = MemoryThresholds.Of(record.Level, used, cap, services.Plan.Settings.Limits);
        if (level != record.Level)
            response.Tell(Passed(services.NameOf(service), level, new ByteSize(used), cap), services.RunOf(service));
        var isShown = isRough && record is { IsMemoryRough: false, Memory: { } exact } && used > exact.Bytes &&
            response.Now - record.MemoryAt < ShownFor;
        record = isShown ? record with { Level = level } : record with
        {
            Level = level, Memory = new ByteSize(used), IsMemoryRough = isRough, MemoryAt = isRough ? record.MemoryAt : response.Now,
        };
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
