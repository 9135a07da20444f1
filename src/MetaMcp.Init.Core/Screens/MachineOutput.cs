using System.Buffers;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Core.Screens;

/// <summary>
/// The documents of <c>--json</c>, as PROTOCOL.md has them: the rows as PID 1 sends them, and the figures that the asker has read.
/// <see cref="EndRow.Schema"/> numbers them.
/// </summary>
public static class MachineOutput
{
    /// <summary><c>status</c> and <c>ps</c>: one document.</summary>
    /// <param name="status">The rows and figures.</param>
    /// <param name="to">Gets the document.</param>
    /// <param name="withProcesses">For <c>ps</c>, which has looked for further processes: a list that is empty says that there are none.
    /// </param>
    public static void Status(StatusDocument status, ArrayBufferWriter<byte> to, bool withProcesses = false)
    {
        ArgumentNullException.ThrowIfNull(status);
        var json = Begin(to);
        json.WritePropertyName("system");
        StatusLines.Write(new RowWriter(json), status.System);
        Figures.Write(json, "usage", status.Workload);
        if (status.Workload is { CpuTime: { } time, IsCpuEstimate: false } && status.System.Uptime > TimeSpan.Zero)
            json.WriteNumber("cpu_average", Math.Round(time / status.System.Uptime, 3));
        json.WriteEndObject();
        json.WriteStartArray("services");
        foreach (var service in status.Services)
            Row(json, service, status.UsageOf(service.Name));
        json.WriteEndArray();
        json.WriteStartArray("servers");
        foreach (var server in status.Servers)
            Row(json, server, null);
        json.WriteEndArray();
        json.WriteStartArray("instances");
        foreach (var instance in status.Instances)
            Row(json, instance, status.UsageOf(instance.Name));
        json.WriteEndArray();
        json.WriteStartArray("alerts");
        foreach (var alert in status.Alerts)
            Row(json, alert, null);
        json.WriteEndArray();
        if (withProcesses)
        {
            json.WriteStartArray("processes");
            foreach (var process in status.Processes)
                Row(json, process, status.UsageOf(StatusDocument.KeyOf(process.Pid)));
            json.WriteEndArray();
        }
        End(json, to);
    }

    /// <summary><c>health</c>: one document.</summary>
    /// <param name="end">The answer.</param>
    /// <param name="level">The level that was asked for.</param>
    /// <param name="services">The services that were asked for.</param>
    /// <param name="to">Gets the document.</param>
    public static void Health(EndRow end, string level, IEnumerable<ServiceRow> services, ArrayBufferWriter<byte> to)
    {
        ArgumentNullException.ThrowIfNull(end);
        ArgumentNullException.ThrowIfNull(services);
        var json = Begin(to);
        json.WriteBoolean("healthy", end.Error == ControlError.None);
        json.WriteString("level", level);
        if (end.Text is { } reason)
            json.WriteString("reason", reason);
        json.WriteStartArray("services");
        foreach (var service in services)
            Row(json, service, null);
        json.WriteEndArray();
        End(json, to);
    }

    /// <summary><c>events</c> and <c>logs</c>: a document a line, since they have no end while they follow.</summary>
    public static void Line(StatusRow row, ArrayBufferWriter<byte> to)
    {
        ArgumentNullException.ThrowIfNull(to);
        var json = new JsonWriter(to, isOneLine: true);
        StatusLines.Write(new RowWriter(json), row);
        if (row is not EndRow)
            json.WriteNumber("schema", EndRow.Schema);
        json.WriteEndObject();
        to.Write("\n"u8);
    }

    private static JsonWriter Begin(ArrayBufferWriter<byte> to)
    {
        var json = new JsonWriter(to);
        json.WriteStartObject();
        json.WriteNumber("schema", EndRow.Schema);
        return json;
    }

    private static void End(JsonWriter json, ArrayBufferWriter<byte> to)
    {
        json.WriteEndObject();
        to.Write("\n"u8);
    }

    private static void Row(JsonWriter json, StatusRow row, Usage? usage)
    {
        StatusLines.Write(new RowWriter(json), row);
        Figures.Write(json, "usage", usage);
        json.WriteEndObject();
    }
}
