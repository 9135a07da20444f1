using System.Collections.Immutable;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>The states of services, and what happened to them.</summary>
internal static class ServiceSamples
{
    private static readonly string[] Circuits = ["closed", "open", "half_open"];

    public static void Write(MetricsFacts facts, CountSamples counts, SampleWriter writer)
    {
        var services = facts.Status.Services;
        foreach (var service in services)
            writer.Add(ServiceFamilies.ServiceInfo, 1L, service.Name, "service", service.IsOneshot ? "oneshot" : "daemon",
                service.IsRequired ? "true" : "false");
        foreach (var server in facts.Status.Servers)
            writer.Add(ServiceFamilies.ServiceInfo, 1L, server.CountedAs ?? server.Name, "server", "", "false");
        foreach (var service in services)
            foreach (var condition in StatusLines.Conditions)
                writer.Add(ServiceFamilies.State, condition == StatusLines.Word(service.Condition), service.Name, condition);
        foreach (var service in services)
            writer.Add(ServiceFamilies.IsReady, service.IsReady, service.Name);
        StartTimes(facts, writer);
        counts.Write(ServiceFamilies.Starts);
        counts.Write(ServiceFamilies.Restarts);
        counts.Write(ServiceFamilies.Exits);
        foreach (var service in services)
            writer.Add(ServiceFamilies.LastExitCode, service.LastCode, service.Name);
        counts.Write(ServiceFamilies.OomKills);
        foreach (var service in services)
            for (var circuit = 0; circuit < Circuits.Length; circuit++)
                writer.Add(ServiceFamilies.Circuit, circuit == CircuitOf(service.Condition), service.Name, Circuits[circuit]);
        Probes(services, writer);
        counts.Write(ServiceFamilies.Probes);
    }

    private static void StartTimes(MetricsFacts facts, SampleWriter writer)
    {
        foreach (var service in facts.Status.Services)
            if (facts.StartTimes.TryGetValue(service.Name, out var start))
                writer.Add(ServiceFamilies.StartTime, start, service.Name, "");
        foreach (var instance in facts.Status.Instances)
            if (facts.StartTimes.TryGetValue(instance.Name, out var start))
                writer.Add(ServiceFamilies.StartTime, start, instance.CountedAs ?? instance.Server, UsageSamples.Slot(instance));
    }

    private static void Probes(ImmutableArray<ServiceRow> services, SampleWriter writer)
    {
        foreach (var service in services)
            if (service is { HasProbe: true, Probes: > 0 } && HasSucceeded(service.Condition) is { } succeeded)
                writer.Add(ServiceFamilies.ProbeSuccess, succeeded, service.Name);
        foreach (var service in services)
            if (service.HasProbe)
                writer.Add(ServiceFamilies.ProbeDuration, service.LastProbe, service.Name);
    }

    /// <summary>Each probe moves the state: one that fails makes it failing, one that succeeds ready. Null where there are none.</summary>
    private static bool? HasSucceeded(ServiceCondition condition) => condition switch
    {
        ServiceCondition.Ready => true,
        ServiceCondition.Failing or ServiceCondition.Starting => false,
        _ => null,
    };

    private static int CircuitOf(ServiceCondition condition) => condition switch
    {
        ServiceCondition.Open => 1,
        ServiceCondition.Trial => 2,
        _ => 0,
    };
}
