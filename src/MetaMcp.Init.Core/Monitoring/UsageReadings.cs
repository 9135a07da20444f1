using System.Collections.Immutable;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Launching;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Monitoring;

/// <summary>
/// How near services and launched servers come to their limits of memory and tasks, and all together to those of [limits]: read at each
/// beat of a probe, and every interval of [health]. A passed threshold, up or down, is reported; nothing else follows. If the kernel does
/// not count, the looks of <see cref="LimitWatch"/> provide the figures.
/// </summary>
internal sealed class UsageReadings(Response response, ServiceTable services, Pool pool, Phases phases, UsagePolling polling)
{
    /// <summary>
    /// An exact figure is shown for this time, although rough looks follow it twice a second: near the cap of all services together, close
    /// looks follow one another about as fast.
    /// </summary>
    private static readonly TimeSpan ShownFor = TimeSpan.FromSeconds(6);

    private UsageLevels _ofAll;

    private LimitSettings Limits => services.Plan.Settings.Limits;

    public void Read()
    {
        polling.Looked(response.Now);
        var runs = ImmutableArray.CreateBuilder<long>();
        for (var service = 0; service < services.States.Length; service++)
            if (polling.IsWatched(service, services.States[service]))
                runs.Add(StatePredicates.RunOf(services.States[service])!.Value);
        foreach (var instance in pool.Instances)
            if (instance.Run is { } run && polling.IsWatched(instance.Server.Limits, run))
                runs.Add(run.Number);
        response.Add(new Effect.ReadUsage(runs.DrainToImmutable()));
    }

    public void Heard(SystemEvent.UsageRead read)
    {
        if (phases.IsEnding || !Limits.Monitoring || (services.OwnerOf(read.RunNumber) is null && pool.OfRun(read.RunNumber) is null))
            return;
        if (read.Memory is { } memory)
            Weigh(read.RunNumber, memory, isRough: false);
        if (read.Tasks is { } tasks)
            WeighTasks(read.RunNumber, tasks);
        if (read.MemoryOfAll is { } memoryOfAll)
            WeighAll(memoryOfAll);
        if (read.TasksOfAll is { } tasksOfAll)
            WeighTasksOfAll(tasksOfAll);
    }

    /// <summary>Nothing runs, or another file is in force: a limit that is not watched any more has no level.</summary>
    /// <param name="isAnyRunning">Whether anything runs.</param>
    public void Forget(bool isAnyRunning)
    {
        if (!isAnyRunning && _ofAll != default && Limits.Monitoring)
            response.Tell(Notices.UsageUnwatched.Of());
        var (memory, tasks) = (_ofAll.Memory, _ofAll.Tasks);
        _ofAll = new UsageLevels(
            isAnyRunning && Limits.Memory is not null ? memory : UsageLevel.Normal,
            isAnyRunning && Limits.Tasks is not null ? tasks : UsageLevel.Normal);
    }

    /// <param name="used">The memory of all services and servers together, in bytes.</param>
    public void WeighAll(long used)
    {
        if (!Limits.Monitoring || Limits.Memory is not { } cap)
            return;
        var level = UsageThresholds.Of(_ofAll.Memory, used, cap, Limits);
        if (level != _ofAll.Memory)
            response.Tell(MemoryPassed(null, level, used, cap));
        _ofAll = _ofAll with { Memory = level };
    }

    /// <param name="tasks">The tasks of all services and servers together.</param>
    public void WeighTasksOfAll(long tasks)
    {
        if (!Limits.Monitoring || Limits.Tasks is not { } limit)
            return;
        var level = UsageThresholds.Of(_ofAll.Tasks, tasks, limit, Limits);
        if (level != _ofAll.Tasks)
            response.Tell(TasksPassed(null, level, tasks, limit));
        _ofAll = _ofAll with { Tasks = level };
    }

    /// <param name="run">The run of a service or of a server.</param>
    /// <param name="used">In bytes.</param>
    /// <param name="isRough">Whether the figure is that of a rough look, and may be far above the use.</param>
    public void Weigh(long run, long used, bool isRough)
    {
        if (!Limits.Monitoring)
            return;
        if (services.OwnerOf(run) is { } service)
            WeighService(service, used, isRough);
        else if (pool.OfRun(run) is { Server.Limits.MemoryMax: { } cap } instance)
            instance.Levels = instance.Levels with { Memory = MemoryLevel(instance.Name, instance.Levels.Memory, used, cap, run) };
    }

    public void WeighTasks(long run, long tasks)
    {
        if (!Limits.Monitoring)
            return;
        if (services.OwnerOf(run) is { } service && services.SettingsOf(service).Limits.TasksMax is { } limit)
        {
            ref var record = ref services.Records[service];
            record = record with
            {
                Levels = record.Levels with { Tasks = TasksLevel(services.NameOf(service), record.Levels.Tasks, tasks, limit, run) },
            };
        }
        else if (pool.OfRun(run) is { Server.Limits.TasksMax: { } most } instance)
            instance.Levels = instance.Levels with { Tasks = TasksLevel(instance.Name, instance.Levels.Tasks, tasks, most, run) };
    }

    private void WeighService(int service, long used, bool isRough)
    {
        if (services.SettingsOf(service).Limits.MemoryMax is not { } cap)
            return;
        ref var record = ref services.Records[service];
        var levels = record.Levels with
        {
            Memory = MemoryLevel(services.NameOf(service), record.Levels.Memory, used, cap, services.RunOf(service)),
        };
        var isShown = isRough && record is { IsMemoryRough: false, Memory: { } exact } && used > exact.Bytes &&
            response.Now - record.MemoryAt < ShownFor;
        record = isShown ? record with { Levels = levels } : record with
        {
            Levels = levels, Memory = new ByteSize(used), IsMemoryRough = isRough,
            MemoryAt = isRough ? record.MemoryAt : response.Now,
        };
    }

    /// <summary>The level by the figure; a threshold that was passed is told.</summary>
    private UsageLevel MemoryLevel(string name, UsageLevel before, long used, ByteSize cap, long run)
    {
        var level = UsageThresholds.Of(before, used, cap, Limits);
        if (level != before)
            response.Tell(MemoryPassed(name, level, used, cap), run);
        return level;
    }

    private UsageLevel TasksLevel(string name, UsageLevel before, long tasks, int limit, long run)
    {
        var level = UsageThresholds.Of(before, tasks, limit, Limits);
        if (level != before)
            response.Tell(TasksPassed(name, level, tasks, limit), run);
        return level;
    }

    private static Notice MemoryPassed(string? name, UsageLevel level, long used, ByteSize cap)
    {
        var percent = UsageThresholds.PercentOf(used, cap);
        return level == UsageLevel.Normal
            ? Notices.MemoryNormal.Of(name, new ByteSize(used), cap, percent)
            : Notices.MemoryHigh.Of(name, Word(level), new ByteSize(used), cap, percent);
    }

    private static Notice TasksPassed(string? name, UsageLevel level, long tasks, int limit)
    {
        var percent = UsageThresholds.PercentOf(tasks, limit);
        return level == UsageLevel.Normal
            ? Notices.TasksNormal.Of(name, tasks, limit, percent)
            : Notices.TasksHigh.Of(name, Word(level), tasks, limit, percent);
    }

    private static string Word(UsageLevel level) => level == UsageLevel.Critical ? "critical" : "high";
}
