using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Planning;

/// <summary>Settings that can be run but are hardly meant: limits below the sum of their parts, times that cannot pass.</summary>
internal static class PlanWarnings
{
    public static IEnumerable<Diagnostic> Find(Plan plan) =>
        Limits(plan.Settings).Concat(Times(plan)).Concat(Redundant(plan)).Concat(ServerChecks.Warnings(plan.Settings));

    private static IEnumerable<Diagnostic> Limits(Settings settings)
    {
        var (limits, origin) = (settings.Limits, settings.Origin);
        // A oneshot has mostly ended when the others hold what they need.
        List<ServiceSettings> lasting = [.. settings.Services.Where(s => s.Type != ServiceType.Oneshot)];
        // Wider than the parts, so that a sum cannot overflow.
        var memory = lasting.Aggregate(Int128.Zero, (sum, s) => sum + (s.Limits.MemoryMax?.Bytes ?? 0));
        if (limits.Memory is { } cap && memory > cap.Bytes)
            yield return Warning(
                origin.LimitsMemory,
                $"memory is {cap}, and memory_max of the services adds up to {new ByteSize((long)Int128.Min(memory, long.MaxValue))}");
        var tasks = lasting.Sum(s => (long)(s.Limits.TasksMax ?? 0));
        if (limits.Tasks is { } most && tasks > most)
            yield return Warning(origin.LimitsTasks, $"tasks is {most}, and tasks_max of the services adds up to {tasks}");
        if (limits.MaxInstances is { } instances && settings.Services.Length > instances)
            yield return Warning(
                origin.LimitsMaxInstances, $"max_instances is {instances}, and there are {settings.Services.Length} services");
    }

    private static IEnumerable<Diagnostic> Times(Plan plan)
    {
        var (settings, origin) = (plan.Settings, plan.Settings.Origin);
        var shutdown = settings.Shutdown.Timeout;
        var isOneTooLong = false;
        foreach (var service in plan.Services)
        {
            var (s, at) = (service.Settings, origin.Service(service.Index));
            if (s.StopTimeout > shutdown)
            {
                isOneTooLong = true;
                yield return Warning(
                    at.StopTimeout,
                    $"{s.Name}: stop_timeout is {Duration.Format(s.StopTimeout)}, and the whole shutdown is cut short after " +
                    $"{Duration.Format(shutdown)}");
            }
            if (s.StartTimeout > settings.Startup.Timeout)
                yield return Warning(
                    at.StartTimeout,
                    $"{s.Name}: start_timeout is {Duration.Format(s.StartTimeout)}, and the whole startup is cut short after " +
                    $"{Duration.Format(settings.Startup.Timeout)}");
        }
        var longest = plan.LongestStop;
        if (longest.Time > shutdown && !isOneTooLong)
            yield return Warning(
                origin.ShutdownTimeout.Line > 0 ? origin.ShutdownTimeout : origin.Service(longest.Services[0]).Table,
                $"one after another, {Names(plan, longest)} may take {Duration.Format(longest.Time)} to stop, and the whole shutdown is " +
                $"cut short after {Duration.Format(shutdown)}");
    }

    private static IEnumerable<Diagnostic> Redundant(Plan plan)
    {
        foreach (var service in plan.Services)
        {
            var at = plan.Settings.Origin.Service(service.Index);
            for (var n = 0; n < service.After.Length; n++)
                if (service.DependsOn.Contains(service.After[n]))
                    yield return Warning(
                        at.Of(at.After, n),
                        $"{service.Name}: \"{plan.Services[service.After[n]].Name}\" is in depends_on, which is after it already");
        }
    }

    private static string Names(Plan plan, StopPath path)
    {
        const int Shown = 6;
        var names = path.Services.Take(Shown).Select(i => plan.Services[i].Name);
        return string.Join(", ", names) + (path.Services.Length > Shown ? $" and {path.Services.Length - Shown} more" : "");
    }

    private static Diagnostic Warning(SourcePosition at, string message) => new(Severity.Warning, at, message);
}
