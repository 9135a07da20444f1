using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Metrics;

/// <summary>
/// All metrics as text for Prometheus. A sample whose value is not known, or that would show a limit that does not exist, is left out.
/// </summary>
public static class MetricsText
{
    public static string Render(MetricsFacts facts, MetricsFormat format)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var writer = new SampleWriter(format);
        var counts = new CountSamples(facts, writer);
        var users = new UsageSamples(facts, writer);
        // The samples of a family have to stand together, so that each family is a walk over all services.
        SystemSamples.Write(facts, writer);
        ServiceSamples.Write(facts, counts, writer);
        users.WriteMemory();
        users.WriteWorkload();
        users.WriteOthers();
        counts.Write(SystemFamilies.Cleanups);
        counts.WriteCleanupDuration();
        counts.Write(SystemFamilies.OrphansEnded);
        counts.Write(SystemFamilies.Reaped);
        counts.Write(SystemFamilies.Repairs);
        counts.Write(SystemFamilies.LimitBreaches);
        counts.Write(SystemFamilies.CorrectiveActions);
        counts.Write(SystemFamilies.Alerts);
        foreach (var alert in facts.Status.Alerts)
            writer.Add(SystemFamilies.AlertActive, 1L, alert.Alert, alert.Name ?? "");
        counts.Write(ServiceFamilies.LogLines);
        counts.Write(ServiceFamilies.LogDropped);
        counts.Write(ServiceFamilies.Launches);
        Servers(facts.Status, writer);
        counts.Write(ServiceFamilies.ServerEnds);
        writer.Add(SystemFamilies.InitMemory, facts.Init.ResidentBytes);
        writer.Add(SystemFamilies.InitCpu, facts.Init.CpuTime);
        return writer.End();
    }

    private static void Servers(StatusDocument status, SampleWriter writer)
    {
        foreach (var types in status.Servers.GroupBy(server => server.CountedAs ?? server.Name))
        {
            var busy = types.Sum(server => (long)Math.Max(0, server.Instances - server.Idle));
            writer.Add(ServiceFamilies.Instances, busy, types.Key, "busy");
            writer.Add(ServiceFamilies.Instances, types.Sum(server => (long)server.Idle), types.Key, "idle");
        }
        // The limit of each of them is none for all together.
        foreach (var server in status.Servers)
            if (server.CountedAs is null)
                writer.Add(ServiceFamilies.InstancesLimit, server.Most, server.Name);
    }
}
