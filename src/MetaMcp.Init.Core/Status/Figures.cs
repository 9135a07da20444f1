using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Core.Status;

/// <summary>The members of a <see cref="Usage"/> in a JSON document; a figure that is not known is left out.</summary>
internal static class Figures
{
    public static void Write(JsonWriter json, string name, Usage? usage)
    {
        if (usage is null)
            return;
        json.WriteStartObject(name);
        var row = new RowWriter(json);
        row.Number("memory", usage.Memory);
        row.Flag("memory_estimated", usage is { IsEstimate: true, Memory: not null });
        row.Number("memory_usage", usage.Current);
        row.Number("memory_peak", usage.Peak);
        row.Number("swap", usage.Swap);
        row.Number("cpu_us", Micros(usage.CpuTime));
        row.Number("cpu_user_us", Micros(usage.UserTime));
        row.Number("cpu_system_us", Micros(usage.SystemTime));
        row.Number("cpu_throttled_us", Micros(usage.Throttled));
        row.Flag("cpu_estimated", usage is { IsCpuEstimate: true, CpuTime: not null });
        row.Number("tasks", usage.Tasks);
        row.Number("processes", usage.Processes);
        row.Number("fds", usage.Descriptors);
        Write(json, "memory_pressure", usage.MemoryPressure);
        Write(json, "cpu_pressure", usage.CpuPressure);
        Write(json, "io_pressure", usage.IoPressure);
        json.WriteEndObject();
    }

    private static void Write(JsonWriter json, string name, Pressure? pressure)
    {
        if (pressure is not { } known)
            return;
        json.WriteStartObject(name);
        Write(json, "some", known.Some);
        Write(json, "full", known.Full);
        json.WriteEndObject();
    }

    private static void Write(JsonWriter json, string name, PressureShares? shares)
    {
        if (shares is not { } known)
            return;
        json.WriteStartObject(name);
        json.WriteNumber("avg10", known.Average10);
        json.WriteNumber("total_us", (long)known.Total.TotalMicroseconds);
        json.WriteEndObject();
    }

    private static long? Micros(TimeSpan? time) => time is { } known ? (long)known.TotalMicroseconds : null;
}
