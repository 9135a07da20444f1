using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Supervision;

/// <summary>
/// At each beat of a probe, and every interval of [health]: how near services, and everything together, come to their memory caps.
/// Nothing is done about it; it is told when a threshold is passed either way. Where the kernel does not count, the looks of
/// <see cref="LimitWatch"/> tell as much.
/// </summary>
public sealed partial class Supervisor
{
    private readonly MemoryBeat _memory;
    private MemoryLevel _levelOfAll;

    private void ReadMemory()
    {
        _memory.Looked(_now);
        var runs = ImmutableArray.CreateBuilder<long>();
        for (var service = 0; service < _states.Length; service++)
            if (_memory.IsWatched(service, _states[service]))
                runs.Add(StatePredicates.RunOf(_states[service])!.Value);
        _effects.Add(new Effect.ReadMemory(runs.DrainToImmutable()));
    }

    private void MemoryRead(SystemEvent.MemoryRead read)
    {
        if (IsEnding || !_plan.Settings.Limits.Monitoring || OwnerOf(read.RunNumber) is not { } service)
            return;
        Weigh(service, read.Memory);
        if (_plan.Settings.Limits.Memory is not { } cap || read.OfAll is not { } used)
            return;
        var level = MemoryThresholds.Of(_levelOfAll, used, cap, _plan.Settings.Limits);
        if (level != _levelOfAll)
            Tell(new Notice.Memory(null, level, new ByteSize(used), cap));
        _levelOfAll = level;
    }

    private void Weigh(int service, long used)
    {
        if (!_plan.Settings.Limits.Monitoring || SettingsOf(service).Limits.MemoryMax is not { } cap)
            return;
        ref var record = ref _records[service];
        var level = MemoryThresholds.Of(record.Level, used, cap, _plan.Settings.Limits);
        if (level != record.Level)
            Tell(new Notice.Memory(_plan.Services[service].Name, level, new ByteSize(used), cap));
        record = record with { Level = level, Memory = new ByteSize(used) };
    }
}
